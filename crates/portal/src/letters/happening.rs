//! The messages that tell what happened.

use postern_model::mail::{Happening, MailKind};

use crate::language::Text;

/// The messages of one notice.
pub(super) struct Told {
    pub(super) heading: &'static str,
    /// What happened, in one or two sentences.
    pub(super) what: Text,
    /// What to do in the usual case.
    pub(super) expected: &'static str,
}

const NOTHING_TO_DO: &str = "letter-nothing-to-do";

pub(super) fn told(happening: &Happening) -> Told {
    let detail = happening.detail.as_deref().unwrap_or_default();
    let (heading, what, expected) = match (happening.kind, detail) {
        (MailKind::FactorAdded, "passkey") => ("letter-passkey-added", "letter-passkey-added-what", NOTHING_TO_DO),
        (MailKind::FactorAdded, "totp-replaced") => ("letter-app-replaced", "letter-app-replaced-what", NOTHING_TO_DO),
        (MailKind::FactorAdded, "email") => ("letter-mail-on", "letter-mail-on-what", NOTHING_TO_DO),
        (MailKind::FactorAdded, "sms") => ("letter-number-on", "letter-number-on-what", NOTHING_TO_DO),
        (MailKind::FactorAdded, _) => ("letter-app-added", "letter-app-added-what", NOTHING_TO_DO),
        (MailKind::FactorRemoved, "passkey") => {
            ("letter-passkey-removed", "letter-passkey-removed-what", NOTHING_TO_DO)
        }
        (MailKind::FactorRemoved, "totp") => ("letter-app-removed", "letter-app-removed-what", NOTHING_TO_DO),
        (MailKind::FactorRemoved, "email") => ("letter-mail-off", "letter-mail-off-what", NOTHING_TO_DO),
        (MailKind::FactorRemoved, "sms") => ("letter-number-off", "letter-number-off-what", NOTHING_TO_DO),
        (MailKind::FactorRemoved, _) => ("letter-all-removed", "letter-all-removed-what", NOTHING_TO_DO),
        (MailKind::BackupCodesReplaced, _) => ("letter-codes-replaced", "letter-codes-replaced-what", NOTHING_TO_DO),
        (MailKind::BackupCodeUsed, _) => ("letter-code-used", "letter-code-used-what", NOTHING_TO_DO),
        (MailKind::FewBackupCodes, _) => ("letter-few-codes", "letter-code-used-what", "letter-make-new-codes"),
        (MailKind::Locked, "backup-disabled") => {
            ("letter-backup-disabled", "letter-backup-disabled-what", "letter-ask-to-unlock")
        }
        (MailKind::Locked, "totp-disabled") => {
            ("letter-app-disabled", "letter-app-disabled-what", "letter-ask-to-unlock")
        }
        (MailKind::Locked, "backup") => ("letter-backup-locked", "letter-backup-locked-what", "letter-wait"),
        (MailKind::Locked, _) => ("letter-app-locked", "letter-app-locked-what", "letter-wait"),
        (MailKind::NewDevice, _) => ("letter-new-device", "letter-new-device-what", NOTHING_TO_DO),
        (MailKind::FactorsReset, _) => ("letter-reset", "letter-reset-what", "letter-set-up-again"),
    };
    let what = match happening.kind {
        MailKind::BackupCodeUsed | MailKind::FewBackupCodes => Text::new(what).with("left", codes_left(detail)),
        _ => Text::new(what),
    };
    Told { heading, what, expected }
}

fn codes_left(detail: &str) -> Text {
    Text::new("letter-codes-left").with("count", detail.parse::<u64>().unwrap_or_default())
}
