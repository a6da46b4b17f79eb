//! Audit events in words for the affected user.

use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;

/// Returns the event in words, and whether it deserves attention.
pub fn describe_event(kind: AuditKind, detail: Option<&str>, provider: &str) -> (String, bool) {
    let backup = detail.and_then(SecondFactor::from_name) == Some(SecondFactor::Backup);
    let passkey = detail.is_some_and(|detail| detail.starts_with(SecondFactor::Passkey.name()));
    let (words, notable) = match kind {
        AuditKind::SignedIn => return (format!("Signed in with {provider}"), false),
        AuditKind::AccountLinked => return (format!("Account linked with {provider}"), true),
        AuditKind::AccountCreated => ("Account created", false),
        AuditKind::SignInRefused => ("Sign-in refused", true),
        AuditKind::SecondFactorVerified if passkey => ("Passkey used", false),
        AuditKind::SecondFactorFailed if passkey => ("A passkey wasn’t accepted", true),
        AuditKind::SecondFactorVerified if backup => ("Backup code used", true),
        AuditKind::SecondFactorVerified => ("Code of the authenticator app accepted", false),
        AuditKind::SecondFactorFailed if backup => ("A backup code was wrong", true),
        AuditKind::SecondFactorFailed => ("A code was wrong", true),
        AuditKind::Locked => ("Locked after too many wrong codes", true),
        AuditKind::Enrolled => ("Authenticator app set up", true),
        AuditKind::BackupCodesReplaced => ("New backup codes made", true),
        AuditKind::AuthenticatorAdded => ("Authenticator app added", true),
        AuditKind::AuthenticatorRenamed => ("Authenticator app renamed", false),
        AuditKind::AuthenticatorRemoved => ("Authenticator app removed", true),
        AuditKind::PasskeyAdded => ("Passkey added", true),
        AuditKind::PasskeyRenamed => ("Passkey renamed", false),
        AuditKind::PasskeyRemoved => ("Passkey removed", true),
        AuditKind::SecondFactorDisabled => ("Two-factor authentication switched off", true),
        AuditKind::DeviceTrusted => ("A device was trusted", true),
        AuditKind::TrustedDeviceUsed => ("Trusted device used instead of a code", false),
        AuditKind::DeviceTrustEnded => ("A device is no longer trusted", true),
        AuditKind::SignedOut => ("Signed out", false),
        AuditKind::SessionRevoked => ("A session was ended from another device", true),
        AuditKind::TicketAccepted => ("Enrolment ticket accepted", true),
        AuditKind::TicketRefused => ("Enrolment ticket refused", true),
        AuditKind::Administered => ("Changed by an administrator", true),
        AuditKind::Other => ("Other account activity", false),
    };
    (words.to_owned(), notable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_of_its_own() {
        let words: std::collections::BTreeSet<String> =
            AuditKind::ALL.into_iter().map(|kind| describe_event(kind, None, "Google").0).collect();
        assert_eq!(words.len(), AuditKind::ALL.len());
    }
}
