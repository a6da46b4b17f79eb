//! What allows an action of a user on their factors, and what comes of it.

use postern_model::id::{AuthenticatorId, PasskeyId};
use postern_model::invalidation::Invalidation;
use postern_model::session::SessionView;

/// The factor that allows an action.
#[derive(Clone, Copy)]
pub(crate) enum AllowedBy {
    /// A code of the first authenticator, or a backup code.
    Code,
    /// A code of a further authenticator.
    Further(AuthenticatorId),
    /// A passkey.
    Passkey(PasskeyId),
}

impl AllowedBy {
    /// Whether it is a passkey.
    pub(crate) fn is_passkey(self) -> bool {
        matches!(self, Self::Passkey(_))
    }
}

/// Result of an action.
pub(crate) enum Acted {
    /// It was performed. Carries the session as it is now, and the invalidations of cached data.
    Done(Box<SessionView>, Vec<Invalidation>),
    /// The user does not have the factor to remove, or no other: roll back.
    NotEnrolled,
    /// The session is gone: roll back.
    SessionGone,
}
