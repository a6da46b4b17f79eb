//! Passkeys: WebAuthn credentials that a user registered beside the authenticator app, or instead of one.
//!
//! A passkey belongs to an enrolment of the second factor (`user_2fa_settings.id`). It moves on when the user replaces the
//! authenticator, and counts no longer when the enrolment ends, whoever ends it.

use crate::attempt::Action;
use crate::attempt_log::AttemptRecord;
use crate::clock::Timestamp;
use crate::id::{PasskeyId, SessionId, UserId};
use crate::replay::Replay;
use crate::session::{Caller, Elevation, SessionView, TokenHash};

/// Maximum number of passkeys of one user.
pub const PASSKEYS_MAX: u32 = 20;
/// Maximum length of a passkey's name, in characters.
pub const NAME_MAX: usize = 60;

/// A row of `postern.passkeys`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Identifier of the row.
    pub id: PasskeyId,
    /// The user.
    pub user: UserId,
    /// Credential identifier: 1 to 1023 bytes, unique.
    pub credential: Vec<u8>,
    /// Public key in COSE form (RFC 9052 §7).
    pub public_key: Vec<u8>,
    /// Signature counter of the last use; 0 if the authenticator has none.
    pub counter: u32,
    /// Whether it may be copied to other devices of its owner.
    pub backup_eligible: bool,
    /// Whether it was copied.
    pub backed_up: bool,
    /// Name that its owner gave it; at most [`NAME_MAX`] characters.
    pub name: String,
    /// Time of the registration.
    pub created_at: Timestamp,
    /// Time of the last use.
    pub last_used_at: Option<Timestamp>,
}

/// Registration of a passkey. It rotates the session's token, so that it can be made once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRegistration {
    /// The new passkey.
    pub passkey: Passkey,
    /// The session.
    pub session: SessionId,
    /// The token that the session must still have.
    pub from: TokenHash,
    /// Its new token.
    pub to: TokenHash,
    /// The client.
    pub caller: Caller,
    /// Identifies a repetition of this submission, and holds its reply.
    pub replay: Option<Replay>,
}

/// Result of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// The passkey was stored. Carries the session as it is now.
    Done(Box<SessionView>),
    /// A repetition of the submission that stored it. Carries the sealed reply; nothing was written.
    Repeated(String),
    /// The credential is registered already; nothing was written.
    Known,
    /// The user has [`PASSKEYS_MAX`] passkeys; nothing was written.
    Full,
    /// The user has no enabled authenticator; nothing was written.
    NotEnrolled,
    /// The session no longer has the token; nothing was written.
    SessionGone,
}

/// Use of a passkey as second factor, to raise a session or to confirm a change: its assertion was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyUse {
    /// The passkey.
    pub passkey: PasskeyId,
    /// The counter that the assertion was checked against. If the stored one differs by now, the check is void.
    pub counter_before: u32,
    /// The counter of the assertion.
    pub counter: u32,
    /// Whether it is copied now.
    pub backed_up: bool,
    /// The change of the session.
    pub elevation: Elevation,
    /// The row for `user_2fa_attempts`.
    pub attempt: AttemptRecord,
    /// What it is used for. Whatever that is, the token is rotated, so that a challenge serves once.
    pub action: Action,
    /// Identifies a repetition of this submission, and holds its reply.
    pub replay: Option<Replay>,
}

/// Result of using a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Used {
    /// The session was raised and the action performed. Carries the session as it is now.
    Done(Box<SessionView>),
    /// A repetition of the submission that did so. Carries the sealed reply; nothing was written.
    Repeated(String),
    /// The passkey is gone, the authenticator that it belongs to is gone, or its counter changed; nothing was written.
    Void,
    /// The user does not have the factor to remove, or no other; nothing was written.
    NotEnrolled,
    /// The session no longer has the token; nothing was written.
    SessionGone,
}
