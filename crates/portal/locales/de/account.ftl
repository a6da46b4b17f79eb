### The account page.

account-title = Ihr Konto
account-navigation = Konto
account-open = { $product } öffnen

## Second factor

account-factor = Zwei-Faktor-Authentifizierung
account-factor-about = Der zweite Schritt nach der Anmeldung über { $provider }.
account-apps = Authenticator-Apps
account-app = Authenticator-App
account-on = Ein
account-off = Aus
account-apps-none = Sechs Ziffern, die alle 30 Sekunden wechseln. Sie haben keine App. Fügen Sie eine hinzu, damit ein verlorenes Gerät Sie nicht aussperrt.
account-apps-one = Sechs Ziffern, die alle 30 Sekunden wechseln. Fügen Sie eine weitere App hinzu, damit ein verlorenes Smartphone Sie nicht aussperrt.
account-apps-several = Sechs Ziffern, die alle 30 Sekunden wechseln. Ein Code aus einer beliebigen dieser Apps genügt.
account-add-app = App hinzufügen
account-switch-off = Deaktivieren
account-badge-app = App
account-badge-passkey = Passkey
account-replace = Ersetzen
account-off-about = Ihr { $provider }-Konto allein genügt, um { $product } zu öffnen.
account-set-up = Einrichten

## Lines about an app, a passkey, a device or a session. They stand one behind the other with " · " between them

account-added = Hinzugefügt: { $when }
account-last-used = zuletzt verwendet: { $when }
account-not-used = noch nicht verwendet
account-synced = mit Ihren anderen Geräten synchronisiert
account-trusted = hinzugefügt: { $when }
account-until = vertrauenswürdig bis { $time }
account-active-now = gerade aktiv
account-last-seen = zuletzt aktiv: { $when }
account-signed-in = angemeldet: { $when }

## Names and buttons

account-rename = Umbenennen
account-save = Speichern
account-app-name = Name dieser App
account-passkey-name = Neuer Name
account-remove = Entfernen
account-remove-named = { $name } entfernen
account-remove-all = Alle entfernen

## Passkeys and backup codes

account-passkeys = Passkeys und Sicherheitsschlüssel
account-passkeys-about = Bestätigen Sie mit Fingerabdruck, Gesicht, Displaysperre oder Sicherheitsschlüssel statt mit einem Code.
account-add-passkey = Passkey hinzufügen
account-codes = Backup-Codes
account-codes-left = { $count } übrig
account-codes-none = Sie haben keine mehr. Wenn Sie jetzt Ihr Smartphone verlieren, brauchen Sie einen Administrator, um wieder Zugriff zu erhalten.
account-codes-low = Es sind nur noch wenige übrig. Erstellen Sie neue, bevor Sie sie brauchen.
account-codes-about = Für den Fall, dass Sie Ihr Smartphone nicht zur Hand haben. Jeder Code funktioniert nur einmal.
account-make-codes = Neue Codes erstellen

## Trusted devices

account-devices = Vertrauenswürdige Geräte
account-devices-about = Auf diesen Geräten melden Sie sich eine Zeit lang ohne Code an. Für Änderungen an Ihrem Konto ist weiterhin ein Code nötig.
account-this-device = Dieses Gerät
account-remove-device = { $device } entfernen, hinzugefügt: { $when }
account-devices-none = Keine. Wenn nur Sie ein Gerät nutzen, wählen Sie dort bei der Codeeingabe „Auf diesem Gerät … nicht mehr fragen“ aus.

## Sessions

account-sessions = Wo Sie angemeldet sind
account-sessions-about = Melden Sie jedes Gerät ab, das Sie nicht kennen.
account-waiting = Wartet auf Code
account-bound = An das Gerät gebunden
account-sign-out-device = { $device } abmelden, zuletzt aktiv: { $when }
account-older-sessions = { $count ->
    [one] { $count } ältere Sitzung anzeigen
   *[other] { $count } ältere Sitzungen anzeigen
}
account-sign-out-others = Überall sonst abmelden

## Activity

account-activity = Letzte Aktivitäten
account-activity-about = Waren Sie das nicht? Melden Sie sich überall sonst ab und informieren Sie Ihren Administrator.
account-activity-none = Noch keine Aktivitäten.
account-older-activity = Ältere Aktivitäten anzeigen
account-origin = { $device }, { $address }

## Devices

device-both = { $browser } auf { $system }
device-browser = { $browser }
device-system = Unbekannter Browser auf { $system }
device-unknown = Unbekanntes Gerät
device-android-app = Android-App

## Confirmations at the top of the page

done-session = Das Gerät ist abgemeldet.
done-others = Sie sind überall sonst abgemeldet.
done-not-me = Sie sind überall sonst abgemeldet und kein Gerät gilt mehr als vertrauenswürdig. Entfernen Sie nun unten, was nicht Ihnen gehört, erstellen Sie neue Backup-Codes und informieren Sie Ihren Administrator.
done-none = Das Gerät war bereits abgemeldet.
done-authenticator = Ihre App ist bereit. Ab jetzt werden Codes aus allen Ihren Apps akzeptiert.
done-authenticator-renamed = Ihre App hat einen neuen Namen.
done-authenticator-removed = Codes aus dieser App funktionieren hier nicht mehr. Löschen Sie den Eintrag auch in der App.
done-authenticator-gone = Diese App wurde bereits entfernt.
done-authenticator-only = Das ist Ihre einzige Authenticator-App. Fügen Sie zuerst eine weitere hinzu oder ersetzen Sie diese.
done-authenticators-full = Mehr Authenticator-Apps sind pro Konto nicht möglich. Entfernen Sie zuerst eine.
done-device = Das Gerät gilt nicht mehr als vertrauenswürdig. Bei der nächsten Anmeldung wird dort ein Code verlangt.
done-devices = Kein Gerät gilt mehr als vertrauenswürdig. Bei der nächsten Anmeldung wird auf jedem ein Code verlangt.
done-device-gone = Das Gerät galt bereits nicht mehr als vertrauenswürdig.
done-passkey = Ihr Passkey ist bereit. Verwenden Sie ihn beim nächsten Mal anstelle eines Codes.
done-passkey-renamed = Ihr Passkey hat einen neuen Namen.
done-passkey-removed = Dieser Passkey funktioniert hier nicht mehr. Falls Ihr Gerät ihn noch anbietet, löschen Sie ihn auch dort.
done-passkey-gone = Dieser Passkey wurde bereits entfernt.
done-passkey-only = Dieser Passkey ist alles, was Sie haben. Fügen Sie zuerst eine Authenticator-App oder einen weiteren Passkey hinzu.
done-disabled = Die Zwei-Faktor-Authentifizierung ist deaktiviert.

## "This was not me": where mail about a change leads

notme-title = Das war ich nicht
notme-motto = Wer sonst noch angemeldet ist, muss von vorn beginnen.
notme-heading = War das jemand anderes?
notme-lead = <strong class="who">{ $person }</strong> wird auf allen anderen Geräten von { $product } abgemeldet und kein Gerät gilt mehr als vertrauenswürdig. Hier bleiben Sie angemeldet.
notme-after = Sehen Sie danach Ihr Konto durch: Entfernen Sie Authenticator-Apps und Passkeys, die nicht Ihnen gehören, erstellen Sie neue Backup-Codes, ändern Sie das Passwort Ihres { $provider }-Kontos und informieren Sie Ihren Administrator.
notme-after-single = Richten Sie danach in Ihrem Konto einen zweiten Faktor ein, ändern Sie das Passwort Ihres { $provider }-Kontos und informieren Sie Ihren Administrator.
notme-end = Alle anderen Sitzungen beenden
notme-mine = Das war ich
