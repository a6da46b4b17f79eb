//! The log of attempts at a second factor, which administrators read with SQL (`user_2fa_attempts`).

use crate::clock::Timestamp;
use crate::factor::SecondFactor;
use crate::id::{EventId, UserId};
use crate::session::Caller;

/// Logged attempt at a second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Row identifier.
    pub id: EventId,
    /// The user.
    pub user: UserId,
    /// The factor.
    pub factor: SecondFactor,
    /// Whether the code was correct.
    pub success: bool,
    /// The caller.
    pub caller: Caller,
    /// Time of the attempt.
    pub at: Timestamp,
}
