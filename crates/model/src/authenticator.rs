//! Authenticator apps: each enrolled one has a secret of its own, and a code of any of them is accepted.
//!
//! The first one is the row of `user_2fa_settings`, which administrators read and write. Further ones belong to its enrolment
//! (`user_2fa_settings.id`), as passkeys do: they move on when the first is replaced, and count no longer when the enrolment
//! ends, whoever ends it. When the first is removed, the oldest of the others takes its place.

use crate::attempt_log::AttemptRecord;
use crate::clock::Timestamp;
use crate::id::{AuthenticatorId, EnrolmentId, SessionId, UserId};
use crate::replay::Replay;
use crate::session::{SessionView, TokenHash};

/// Maximum number of authenticator apps of one user, the first included.
pub const AUTHENTICATORS_MAX: u32 = 10;

/// An enrolled authenticator app as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    /// Identifier; stays the same when it becomes the first.
    pub id: AuthenticatorId,
    /// Name that its owner gave it; at most [`NAME_MAX`](crate::passkey::NAME_MAX) characters. The first one may have none.
    pub name: Option<String>,
    /// Time of the enrolment; unknown for some rows of the guide.
    pub created_at: Option<Timestamp>,
    /// The newest accepted time step (RFC 6238 §5.2), which tells when it was last used.
    pub last_step: Option<i64>,
}

/// A further authenticator as codes are checked against it, a row of `postern.authenticators`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FurtherAuthenticator {
    /// Identifier.
    pub id: AuthenticatorId,
    /// The user.
    pub user: UserId,
    /// Sealed TOTP secret.
    pub totp_secret: String,
    /// The newest accepted time step.
    pub last_step: Option<i64>,
}

/// Completion of a pending enrolment that adds an authenticator. It rotates the session's token, so that it can be made once,
/// and leaves its level as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticatorAddition {
    /// The pending enrolment to delete.
    pub enrolment: EnrolmentId,
    /// Identifier of the new authenticator.
    pub id: AuthenticatorId,
    /// The user.
    pub user: UserId,
    /// Its name.
    pub name: String,
    /// The secret, sealed to the user's settings, so that it can become the first.
    pub sealed_secret: String,
    /// The time step of the first code, which is used up.
    pub step: i64,
    /// The session.
    pub session: SessionId,
    /// The token that the session must still have.
    pub from: TokenHash,
    /// Its new token.
    pub to: TokenHash,
    /// Log entry, with the time of the completion.
    pub attempt: AttemptRecord,
    /// Identifies a repetition of this submission, and holds its reply.
    pub replay: Option<Replay>,
}

/// Result of an addition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthenticatorAdded {
    /// The authenticator was stored. Carries the session as it is now.
    Done(Box<SessionView>),
    /// A repetition of the submission that stored it. Carries the sealed reply; nothing was written.
    Repeated(String),
    /// The user has [`AUTHENTICATORS_MAX`] authenticators; nothing was written.
    Full,
    /// The pending enrolment is gone or its tries are used up, or the user has no enabled authenticator; nothing was written.
    Void,
    /// The session no longer has the token; nothing was written.
    SessionGone,
}
