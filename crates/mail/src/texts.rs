//! The words of every mail.

use postern_model::mail::{Happening, MailKind};

/// The words of one mail.
pub(crate) struct Words {
    /// Subject, without the product's name.
    pub(crate) subject: &'static str,
    /// What happened, in one or two sentences.
    pub(crate) what: String,
    /// What to do in the usual case.
    pub(crate) expected: &'static str,
}

const NOTHING_TO_DO: &str = "If this was you, there is nothing to do.";
const NEW_CODES: &str = "If this was you, make new backup codes on your account page before the last one is gone.";
const LOCKED: &str = "If this was you, wait until the lock is over, or use another of your factors. The lock gets longer with every \
                      further wrong code.";
const DISABLED: &str = "If this was you, ask your administrator to unlock your account. Until then use another of your factors, if you have one.";
const RESET: &str =
    "Set a second factor up again at your next sign-in. If you did not ask for this, ask your administrator.";

pub(crate) fn words(happening: &Happening) -> Words {
    let detail = happening.detail.as_deref().unwrap_or_default();
    let (subject, what, expected) = match (happening.kind, detail) {
        (MailKind::FactorAdded, "passkey") => {
            ("A passkey was added", "A passkey was added to your account.".to_owned(), NOTHING_TO_DO)
        }
        (MailKind::FactorAdded, "totp-replaced") => (
            "Your authenticator app was replaced",
            "Another authenticator app took the place of yours, with new backup codes. The old app and the old codes no \
             longer work, and your other sessions were ended."
                .to_owned(),
            NOTHING_TO_DO,
        ),
        (MailKind::FactorAdded, "email") => (
            "Codes by mail were switched on",
            "From now on, whoever signs in to your account can have a code sent to this address in place of another second \
             factor."
                .to_owned(),
            NOTHING_TO_DO,
        ),
        (MailKind::FactorAdded, _) => (
            "An authenticator app was added",
            "An authenticator app was set up as second factor of your account.".to_owned(),
            NOTHING_TO_DO,
        ),
        (MailKind::FactorRemoved, "passkey") => {
            ("A passkey was removed", "A passkey was removed from your account.".to_owned(), NOTHING_TO_DO)
        }
        (MailKind::FactorRemoved, "totp") => (
            "An authenticator app was removed",
            "An authenticator app was removed from your account. Its codes no longer work.".to_owned(),
            NOTHING_TO_DO,
        ),
        (MailKind::FactorRemoved, "email") => (
            "Codes by mail were switched off",
            "No code is sent to this address any more. Your other second factors stay.".to_owned(),
            NOTHING_TO_DO,
        ),
        (MailKind::FactorRemoved, _) => (
            "Your second factor was removed",
            "The second factor of your account was removed: all authenticator apps, passkeys and backup codes.".to_owned(),
            NOTHING_TO_DO,
        ),
        (MailKind::BackupCodesReplaced, _) => (
            "Your backup codes were replaced",
            "New backup codes were made for your account. The old ones no longer work.".to_owned(),
            NOTHING_TO_DO,
        ),
        (MailKind::BackupCodeUsed, left) => (
            "A backup code was used",
            format!("One of your backup codes was used. {}", codes_left(left)),
            NOTHING_TO_DO,
        ),
        (MailKind::FewBackupCodes, left) => (
            "Few backup codes are left",
            format!("One of your backup codes was used. {}", codes_left(left)),
            NEW_CODES,
        ),
        (MailKind::Locked, "backup-disabled") => (
            "Backup codes are switched off",
            "A hundred wrong backup codes in a row were entered for your account, by somebody who had signed in with your provider. \
             Backup codes stay locked until an administrator unlocks them."
                .to_owned(),
            DISABLED,
        ),
        (MailKind::Locked, "totp-disabled") => (
            "Codes are switched off",
            "A hundred wrong codes in a row were entered for your account, by somebody who had signed in with your provider. \
             Six-digit codes, of an app or by mail, stay locked until an administrator unlocks them."
                .to_owned(),
            DISABLED,
        ),
        (MailKind::Locked, "backup") => (
            "Backup codes are locked",
            "Wrong backup codes were entered for your account, by somebody who had signed in with your provider. Backup codes \
             are locked for a while."
                .to_owned(),
            LOCKED,
        ),
        (MailKind::Locked, _) => (
            "Codes are locked",
            "Wrong codes were entered for your account, by somebody who had signed in with your provider. Six-digit \
             codes, of an app or by mail, are locked for a while."
                .to_owned(),
            LOCKED,
        ),
        (MailKind::NewDevice, _) => (
            "Sign-in from a new device",
            "Your account was signed in to, with its second factor, from a browser and network that were not seen before."
                .to_owned(),
            NOTHING_TO_DO,
        ),
        (MailKind::FactorsReset, _) => (
            "Your second factor was reset",
            "An administrator removed the second factor of your account and ended all your sessions.".to_owned(),
            RESET,
        ),
    };
    Words { subject, what, expected }
}

fn codes_left(left: &str) -> String {
    match left {
        "0" => "None is left.".to_owned(),
        "1" => "One is left.".to_owned(),
        left => format!("{left} are left."),
    }
}
