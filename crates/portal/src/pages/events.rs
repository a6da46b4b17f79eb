//! Audit events in words for the affected user.

use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;

use crate::language::Text;

/// Returns the event as a text, and whether it deserves attention.
pub fn describe_event(kind: AuditKind, detail: Option<&str>) -> (Text, bool) {
    let factor = detail.and_then(SecondFactor::from_name);
    let backup = factor == Some(SecondFactor::Backup);
    let (mail, sms) = (factor == Some(SecondFactor::Email), factor == Some(SecondFactor::Sms));
    let passkey = detail.is_some_and(|detail| detail.starts_with(SecondFactor::Passkey.name()));
    let (id, notable) = match kind {
        AuditKind::SignedIn => ("event-signed-in", false),
        AuditKind::AccountLinked => ("event-account-linked", true),
        AuditKind::AccountCreated => ("event-account-created", false),
        AuditKind::SignInRefused => ("event-sign-in-refused", true),
        AuditKind::SecondFactorVerified if passkey => ("event-passkey-used", false),
        AuditKind::SecondFactorFailed if passkey => ("event-passkey-failed", true),
        AuditKind::SecondFactorVerified if mail => ("event-mail-used", true),
        AuditKind::SecondFactorVerified if sms => ("event-sms-used", true),
        AuditKind::SecondFactorVerified if backup => ("event-backup-used", true),
        AuditKind::SecondFactorVerified => ("event-code-accepted", false),
        AuditKind::SecondFactorFailed if backup => ("event-backup-wrong", true),
        AuditKind::SecondFactorFailed => ("event-code-wrong", true),
        AuditKind::Locked => ("event-locked", true),
        AuditKind::Enrolled if passkey => ("event-enrolled-passkey", true),
        AuditKind::Enrolled => ("event-enrolled", true),
        AuditKind::BackupCodesReplaced => ("event-codes-replaced", true),
        AuditKind::AuthenticatorAdded => ("event-app-added", true),
        AuditKind::AuthenticatorRenamed => ("event-app-renamed", false),
        AuditKind::AuthenticatorRemoved => ("event-app-removed", true),
        AuditKind::PasskeyAdded => ("event-passkey-added", true),
        AuditKind::PasskeyRenamed => ("event-passkey-renamed", false),
        AuditKind::PasskeyRemoved => ("event-passkey-removed", true),
        AuditKind::SecondFactorDisabled => ("event-factor-disabled", true),
        AuditKind::DeviceTrusted => ("event-device-trusted", true),
        AuditKind::TrustedDeviceUsed => ("event-device-used", false),
        AuditKind::DeviceTrustEnded => ("event-trust-ended", true),
        AuditKind::EmailCodesOn => ("event-mail-on", true),
        AuditKind::EmailCodesOff => ("event-mail-off", true),
        AuditKind::SmsNumberConfirmed => ("event-sms-on", true),
        AuditKind::SmsNumberRemoved => ("event-sms-off", true),
        AuditKind::CodeSent if sms => ("event-sms-sent", true),
        AuditKind::CodeNotSent if sms => ("event-sms-unsent", false),
        AuditKind::CodeSent => ("event-mail-sent", true),
        AuditKind::CodeNotSent => ("event-mail-unsent", false),
        AuditKind::SignedOut => ("event-signed-out", false),
        AuditKind::SessionRevoked => ("event-session-revoked", true),
        AuditKind::TicketAccepted => ("event-ticket-accepted", true),
        AuditKind::TicketRefused => ("event-ticket-refused", true),
        AuditKind::Administered => ("event-administered", true),
        AuditKind::Other => ("event-other", false),
    };
    (Text::new(id), notable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_of_its_own() {
        let texts: std::collections::BTreeSet<&str> =
            AuditKind::ALL.into_iter().map(|kind| describe_event(kind, None).0.id()).collect();
        assert_eq!(texts.len(), AuditKind::ALL.len());
    }
}
