//! Audit events: changes to an account, under stable names.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{EventId, SessionId, UserId};
use crate::session::Caller;

/// Kind of event. The serialised names are a contract: they are stored and exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditKind {
    /// Signed in with the provider.
    SignedIn,
    /// A user row without a subject was linked to an identity.
    AccountLinked,
    /// A user row was created.
    AccountCreated,
    /// The access policy does not admit the user that the provider authenticated.
    SignInRefused,
    /// Second factor verified.
    SecondFactorVerified,
    /// A code was wrong.
    SecondFactorFailed,
    /// An authenticator was locked after failures.
    Locked,
    /// An authenticator was enrolled.
    Enrolled,
    /// Backup codes were replaced.
    BackupCodesReplaced,
    /// An authenticator app was added beside others.
    AuthenticatorAdded,
    /// An authenticator app was renamed.
    AuthenticatorRenamed,
    /// One of several authenticator apps was removed.
    AuthenticatorRemoved,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was renamed.
    PasskeyRenamed,
    /// A passkey was removed.
    PasskeyRemoved,
    /// The second factor was removed.
    SecondFactorDisabled,
    /// A device was trusted for a while.
    DeviceTrusted,
    /// A trusted device stood in for the second factor.
    TrustedDeviceUsed,
    /// The trust in a device was ended; the detail says why.
    DeviceTrustEnded,
    /// Codes by mail were switched on.
    EmailCodesOn,
    /// Codes by mail were switched off.
    EmailCodesOff,
    /// A number for codes by SMS was confirmed by its owner.
    SmsNumberConfirmed,
    /// The number for codes by SMS was removed.
    SmsNumberRemoved,
    /// A code was sent; the detail names the factor.
    CodeSent,
    /// A code could not be sent; the detail names the factor.
    CodeNotSent,
    /// Signed out.
    SignedOut,
    /// A session was ended by another session or an administrator.
    SessionRevoked,
    /// An enrolment ticket was accepted.
    TicketAccepted,
    /// An enrolment ticket was refused; the detail names the reason.
    TicketRefused,
    /// An administrator changed the account.
    Administered,
    /// A kind that a newer version wrote. Its stored name is in the detail; this version writes none.
    Other,
}

impl AuditKind {
    /// Every kind that this version writes.
    pub const ALL: [Self; 30] = [
        Self::SignedIn,
        Self::AccountLinked,
        Self::AccountCreated,
        Self::SignInRefused,
        Self::SecondFactorVerified,
        Self::SecondFactorFailed,
        Self::Locked,
        Self::Enrolled,
        Self::BackupCodesReplaced,
        Self::AuthenticatorAdded,
        Self::AuthenticatorRenamed,
        Self::AuthenticatorRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRenamed,
        Self::PasskeyRemoved,
        Self::SecondFactorDisabled,
        Self::DeviceTrusted,
        Self::TrustedDeviceUsed,
        Self::DeviceTrustEnded,
        Self::EmailCodesOn,
        Self::EmailCodesOff,
        Self::SmsNumberConfirmed,
        Self::SmsNumberRemoved,
        Self::CodeSent,
        Self::CodeNotSent,
        Self::SignedOut,
        Self::SessionRevoked,
        Self::TicketAccepted,
        Self::TicketRefused,
        Self::Administered,
    ];

    /// Returns the stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::AccountLinked => "account-linked",
            Self::AccountCreated => "account-created",
            Self::SignInRefused => "sign-in-refused",
            Self::SecondFactorVerified => "second-factor-verified",
            Self::SecondFactorFailed => "second-factor-failed",
            Self::Locked => "locked",
            Self::Enrolled => "enrolled",
            Self::BackupCodesReplaced => "backup-codes-replaced",
            Self::AuthenticatorAdded => "authenticator-added",
            Self::AuthenticatorRenamed => "authenticator-renamed",
            Self::AuthenticatorRemoved => "authenticator-removed",
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRenamed => "passkey-renamed",
            Self::PasskeyRemoved => "passkey-removed",
            Self::SecondFactorDisabled => "second-factor-disabled",
            Self::DeviceTrusted => "device-trusted",
            Self::TrustedDeviceUsed => "trusted-device-used",
            Self::DeviceTrustEnded => "device-trust-ended",
            Self::EmailCodesOn => "email-codes-on",
            Self::EmailCodesOff => "email-codes-off",
            Self::SmsNumberConfirmed => "sms-number-confirmed",
            Self::SmsNumberRemoved => "sms-number-removed",
            Self::CodeSent => "code-sent",
            Self::CodeNotSent => "code-not-sent",
            Self::SignedOut => "signed-out",
            Self::SessionRevoked => "session-revoked",
            Self::TicketAccepted => "enrolment-ticket-accepted",
            Self::TicketRefused => "enrolment-ticket-refused",
            Self::Administered => "administered",
            Self::Other => "other",
        }
    }

    /// Parses the result of [`AuditKind::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A row of `postern.audit_events`. Holds no secret and no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Row identifier.
    pub id: EventId,
    /// Time of the event.
    pub at: Timestamp,
    /// Kind of event.
    pub kind: AuditKind,
    /// The affected user; `None` if no user was found.
    pub user: Option<UserId>,
    /// The session.
    pub session: Option<SessionId>,
    /// The caller.
    pub caller: Caller,
    /// A short detail for people ("totp", "domain not allowed"), never client input verbatim.
    pub detail: Option<String>,
}
