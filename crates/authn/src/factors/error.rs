//! Errors of operations on factors.

use postern_model::clock::Timestamp;
use postern_model::store::StoreError;

/// Error of an operation on factors. No variant carries a code or a secret.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// No code was given.
    #[error("no code was given")]
    MissingCode,
    /// The text cannot be a code of this factor, so it does not count as a guess.
    #[error("the text is not a code")]
    MalformedCode,
    /// The user has not enrolled this factor.
    #[error("this factor is not enrolled")]
    NotEnrolled,
    /// This session's user is sent no codes. This counts as no guess.
    #[error("no code can be sent")]
    NotOffered,
    /// The code is wrong, malformed, or was used before.
    #[error("the code is wrong or was used before")]
    InvalidCode {
        /// Attempts before the next lock.
        attempts_left: u32,
        /// End of the lock; set when this failure locked the authenticator.
        locked_until: Option<Timestamp>,
    },
    /// The authenticator is locked; the code was not checked.
    #[error("the authenticator is locked until {until}")]
    Locked {
        /// When the next attempt is allowed.
        until: Timestamp,
    },
    /// Too many consecutive failures; the code was not checked. Another factor or an administrator is needed.
    #[error("the authenticator is disabled after too many failures")]
    Disabled,
    /// The session lacks a fresh second factor.
    #[error("a fresh second factor is needed")]
    StepUpRequired,
    /// No pending enrolment of this session has this token, or its tries are used up.
    #[error("the set-up token is not valid")]
    InvalidToken,
    /// The first enrolment needs a ticket of an administrator.
    #[error("an enrolment ticket is needed")]
    TicketRequired,
    /// The ticket is not valid for this account: unknown, expired, or used by another session.
    #[error("the enrolment ticket is not valid")]
    TicketInvalid,
    /// The pending enrolment has expired.
    #[error("the set-up has expired")]
    TokenExpired,
    /// The policy or an administrator requires a second factor, so it cannot be removed.
    #[error("the second factor is enforced")]
    Enforced,
    /// The session is over, or its level is too low for this operation.
    #[error("the session is not high enough")]
    SignInRequired,
    /// The user has as many authenticators as they may have.
    #[error("there are too many authenticators")]
    AuthenticatorsFull,
    /// The user has no authenticator app, so there are no codes to check. This counts as no guess.
    #[error("there is no authenticator app")]
    NoAuthenticator,
    /// The user has no other authenticator than the one to remove, and no passkey confirmed that there is one instead.
    #[error("it is the only authenticator")]
    LastAuthenticator,
    /// The user has no other passkey than the one to remove, and no authenticator.
    #[error("it is the only passkey, and there is no authenticator")]
    LastPasskey,
    /// The response of a passkey was not accepted.
    #[error("the passkey was refused")]
    PasskeyRefused,
    /// The passkey is none of the user's, as after its removal.
    #[error("the passkey is not registered")]
    PasskeyUnknown {
        /// What tells the browser so: the argument of `PublicKeyCredential.signalUnknownCredential`, as JSON.
        signal: String,
    },
    /// The challenge is not of this session, its present token and this change, or too old.
    #[error("the challenge has expired")]
    PasskeyExpired,
    /// The passkey is registered already.
    #[error("the passkey is registered already")]
    PasskeyKnown,
    /// The user has as many passkeys as they may have.
    #[error("there are too many passkeys")]
    PasskeysFull,
    /// Too many codes are being checked at once.
    #[error("too many codes are being checked at once")]
    Busy,
    /// The stored secret of an authenticator cannot be opened: damaged, moved from another row, or under another key.
    #[error("the secret of an authenticator is not readable: {0}")]
    Unreadable(&'static str),
    /// A pending secret or a kept answer cannot be opened, or a new one cannot be sealed.
    #[error("a stored secret is not usable: {0}")]
    Secret(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
