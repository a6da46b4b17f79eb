//! Every mail in every language.

use std::collections::BTreeSet;

use postern_model::language::Language;
use postern_model::mail::{Happening, MailContent, MailKind, QueuedMail};
use postern_model::sent_code::CodeMessage;
use postern_model::session::Caller;
use postern_portal::language::{Languages, complete};
use postern_portal::letters::{self, Sender};

use super::catalogues::catalogue;

/// Marks that set the direction of text. Those of the catalogues (FSI and PDI) come in pairs.
const TURNS: [char; 9] =
    ['\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}'];

fn samples(language: Language) -> Vec<(String, MailContent)> {
    letters::samples_in(language).into_iter().map(|(name, content)| (name, content.unwrap())).collect()
}

fn sender(product: &str) -> Sender {
    Sender {
        product: product.to_owned(),
        provider: "Google".to_owned(),
        languages: Languages::default(),
        host: "app.example.com".to_owned(),
        account: "https://app.example.com/postern/account".to_owned(),
        not_me: "https://app.example.com/postern/not-me".to_owned(),
    }
}

fn mail(happening: Happening, language: Option<Language>) -> QueuedMail {
    QueuedMail {
        event: "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap(),
        user: "67e55044-10b1-426f-9247-bb680e5fe0c9".parse().unwrap(),
        recipient: "ada@example.com".to_owned(),
        happening,
        at: postern_model::clock::Timestamp::from_micros(1_800_000_000_123_456),
        caller: Caller::new("192.0.2.7".parse().ok(), Some("Firefox/128.0 (Windows NT 10.0)")),
        language,
        attempts: 1,
        leased_until: postern_model::clock::Timestamp::from_secs(0),
    }
}

fn written(happening: Happening, language: Language) -> MailContent {
    letters::notice(&mail(happening, Some(language)), &sender("NetPilot")).unwrap()
}

#[test]
fn every_mail_is_whole_in_every_language() {
    let ids: Vec<String> = catalogue("en").into_values().flat_map(|messages| messages.into_keys()).collect();
    for language in complete() {
        let frame = format!("lang=\"{}\" dir=\"{}\"", language.tag(), language.direction());
        for (name, MailContent { subject, text, html }) in samples(language) {
            assert_eq!(html.matches(&frame).count(), 2, "{language:?} {name}: {html}");
            let side = if language.is_right_to_left() { "text-align:right" } else { "text-align:left" };
            let other = if language.is_right_to_left() { "text-align:left" } else { "text-align:right" };
            assert!(html.contains(side) && !html.contains(other), "{language:?} {name}: {html}");
            for part in [&subject, &text, &html] {
                let missing: Vec<&String> = ids.iter().filter(|id| part.contains(id.as_str())).collect();
                assert!(missing.is_empty(), "{language:?} {name}: {missing:?} in {part}");
                assert!(
                    !["{$", "{ $", "{{", "{%"].iter().any(|left| part.contains(left)),
                    "{language:?} {name}: {part}"
                );
            }
            for part in [&text, &html] {
                for needed in ["ada@example.com", "12:05", "UTC", "2026", "https://app.example.com/postern/not-me"] {
                    assert!(part.contains(needed), "{language:?} {name}: {needed} in {part}");
                }
                let firefox = part.contains("Firefox") && part.contains("192.0.2.7");
                assert_eq!(firefox, !["test", "factors-reset"].contains(&name.as_str()), "{language:?} {name}: {part}");
            }
            assert!(subject.contains("NetPilot") && text.lines().all(|line| line.len() < 998), "{language:?} {name}");
            assert!(
                !html.contains("presentation") && html.contains("<th scope=\"row\""),
                "cells have headings: {html}"
            );
            assert!(!name.starts_with("code") || !subject.contains("012345"), "{subject}");
        }
    }
}

#[test]
fn no_mail_is_like_another_or_left_in_english() {
    let english = samples(Language::English);
    for language in complete() {
        let own = samples(language);
        let bodies: BTreeSet<&String> = own.iter().map(|(_, content)| &content.text).collect();
        assert_eq!(bodies.len(), own.len(), "{language:?}");
        for ((name, content), (_, english)) in own.iter().zip(&english).filter(|_| language != Language::English) {
            assert_ne!(content.subject, english.subject, "{language:?} {name}");
            let same: Vec<&str> = content.text.lines().filter(|line| line.contains(' ')).collect();
            let left: Vec<&&str> =
                same.iter().filter(|line| english.text.lines().any(|other| other == **line)).collect();
            let code = |line: &&&&str| line.starts_with('@');
            assert_eq!(left.iter().filter(|line| !code(line)).count(), 0, "{language:?} {name}: {left:?}");
        }
    }
}

#[test]
fn a_notice_names_the_way_out_and_its_commands_in_every_language() {
    for language in complete() {
        for (name, MailContent { text, html, .. }) in samples(language).into_iter().filter(|(name, _)| name != "code") {
            for part in [&text, &html] {
                for needed in
                    ["https://app.example.com/postern/account", "postern sessions revoke", "postern users reset"]
                {
                    assert!(part.contains(needed), "{language:?} {name}: {needed} in {part}");
                }
            }
            assert!(html.contains("<code dir=\"ltr\">postern users reset</code>"), "{language:?} {name}: {html}");
        }
    }
}

#[test]
fn a_code_can_be_read_copied_and_filled_in_by_programs_in_every_language() {
    for language in complete() {
        let (_, MailContent { text, html, .. }) = samples(language).pop().unwrap();
        assert!(text.lines().any(|line| line == "012345"), "{language:?}: {text}");
        assert_eq!(text.trim_end().lines().last(), Some("@app.example.com #012345"), "{language:?}");
        assert!(html.contains(">012345</p>") && html.contains("<p dir=\"ltr\""), "{language:?}: {html}");
        assert!(text.contains("10"), "{language:?}: how long it is valid: {text}");
        assert!(text.lines().any(|line| line == "https://app.example.com/postern/not-me"), "{language:?}: {text}");
    }
}

#[test]
fn the_number_of_codes_left_goes_by_the_plural_of_the_language() {
    let told = |language, left: &str| written(Happening::new(MailKind::FewBackupCodes, left), language).text;
    for (language, left, words) in [
        (Language::English, "0", "None is left."),
        (Language::English, "1", "One is left."),
        (Language::English, "2", "2 are left."),
        (Language::German, "0", "Es ist keiner mehr übrig."),
        (Language::German, "1", "Es ist noch einer übrig."),
        (Language::Arabic, "0", "لم يتبقَّ أي رمز."),
        (Language::Arabic, "2", "تبقّى رمزان."),
        (Language::Hebrew, "2", "נותרו שני קודים."),
        (Language::Japanese, "1", "残りは 1 個です。"),
    ] {
        let text = told(language, left);
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn a_factor_that_only_an_administrator_unlocks_is_not_told_as_locked_for_a_while() {
    for factor in ["totp", "backup"] {
        let text = |detail: String| written(Happening::new(MailKind::Locked, detail), Language::English).text;
        let (locked, disabled) = (text(factor.to_owned()), text(format!("{factor}{}", postern_model::mail::DISABLED)));
        assert!(locked.contains("for a while") && locked.contains("wait until"), "{locked}");
        assert!(!disabled.contains("for a while") && !disabled.contains("wait"), "{disabled}");
        assert!(disabled.contains("until an administrator unlocks them"), "{disabled}");
        assert_eq!(disabled.contains("ackup codes stay"), factor == "backup", "{disabled}");
        // One counter for both, and not everybody has an app.
        for text in [&locked, &disabled] {
            assert_eq!(text.contains("Six-digit codes, of an app or by mail,"), factor == "totp", "{text}");
        }
    }
}

#[test]
fn a_mail_is_in_the_first_language_that_is_offered_where_none_of_them_is_known_to_be_read() {
    let offered = Languages::new(&[Language::German, Language::English]);
    let sender = Sender { languages: offered, ..sender("NetPilot") };
    let written = |language| {
        let reset = mail(Happening::plain(MailKind::FactorsReset), language);
        letters::notice(&QueuedMail { caller: Caller::default(), ..reset }, &sender).unwrap()
    };
    assert_eq!(written(Some(Language::English)).subject, "NetPilot: Your second factor was reset");
    let content = written(None);
    assert_eq!(content, written(Some(Language::French)), "which is offered no longer");
    let caller = Caller { language: Some(Language::French), ..Caller::default() };
    let message = CodeMessage {
        id: "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap(),
        recipient: "ada@example.com".to_owned(),
        code: "012345".to_owned().into(),
        at: postern_model::clock::Timestamp::from_secs(1_800_000_000),
        caller,
    };
    let code = letters::code(&message, &sender).unwrap();
    assert!(code.html.contains("lang=\"de\"") && letters::sms(&message, &sender).contains("Ihr Code"), "{}", code.html);
    assert_eq!(content.subject, "NetPilot: Ihr zweiter Faktor wurde zurückgesetzt");
    assert!(
        content.text.contains("Wann: 15.01.2027, 08:00 UTC") && content.text.contains("Von: unbekannt"),
        "{}",
        content.text
    );
}

#[test]
fn a_notice_about_codes_by_mail_does_not_say_that_they_go_where_it_went() {
    // They go to the address of each sign-in, which the account's need not be.
    let told = |kind| written(Happening::new(kind, "email"), Language::English).text;
    let on = told(MailKind::FactorAdded);
    assert!(on.contains("to the mail address of that sign-in"), "{on}");
    let off = told(MailKind::FactorRemoved);
    assert!(off.contains("No code is sent by mail any more"), "{off}");
    for text in [on, off] {
        assert!(!text.contains("this address"), "{text}");
    }
}

#[test]
fn nothing_that_others_wrote_acts_in_a_mail() {
    let agent = "Call +1 555 <script>alert(1)</script>\u{202e} Firefox/128.0 (Windows NT 10.0)";
    let name = "Pöst\u{202e}ern\r\nBcc: eve@example.com <&> \u{2066}Co";
    let recipient = "ada+<b>\u{202e}\r\n\"'@example.com";
    for language in complete() {
        for kind in MailKind::ALL {
            for detail in [None, Some("passkey"), Some("totp"), Some("<b>\u{202e}")] {
                let happening = Happening { kind, detail: detail.map(str::to_owned) };
                let mail = QueuedMail {
                    recipient: recipient.to_owned(),
                    caller: Caller::new("192.0.2.7".parse().ok(), Some(agent)),
                    ..mail(happening, Some(language))
                };
                harmless(&letters::notice(&mail, &sender(name)).unwrap(), language);
            }
        }
        let caller = Caller { language: Some(language), ..Caller::new(None, Some(agent)) };
        let message = CodeMessage {
            id: "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap(),
            recipient: recipient.to_owned(),
            code: "012345".to_owned().into(),
            at: postern_model::clock::Timestamp::from_secs(1_800_000_000),
            caller,
        };
        harmless(&letters::code(&message, &sender(name)).unwrap(), language);
    }
}

fn harmless(MailContent { subject, text, html }: &MailContent, language: Language) {
    assert!(!subject.contains(char::is_control), "{subject:?}");
    assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
    assert!(text.contains("ada+<b>\"'@example.com"), "{text}");
    assert!(html.contains("ada+&#60;b&#62;&#34;&#39;@example.com") && !html.contains("<b>"), "{html}");
    assert!(html.contains("eve@example.com &#60;&#38;&#62; Co"), "{html}");
    for part in [subject, text, html] {
        for never in ["script", "555", "Call"] {
            assert!(!part.contains(never), "{never} in {part}");
        }
        assert!(!part.contains(TURNS), "{language:?}: {part:?}");
        let count = |mark: char| part.matches(mark).count();
        assert_eq!(count('\u{2068}'), count('\u{2069}'), "{language:?}: {part:?}");
    }
}
