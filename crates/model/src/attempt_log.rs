//! The log of attempts at a second factor, which administrators read with SQL (`user_2fa_attempts`).

use crate::clock::Timestamp;
use crate::factor::SecondFactor;
use crate::id::{EventId, UserId};
use crate::session::Caller;

/// One attempt at a second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Row identifier.
    pub id: EventId,
    /// Whose factor.
    pub user: UserId,
    /// Which factor.
    pub factor: SecondFactor,
    /// Whether it was right.
    pub success: bool,
    /// Who tried.
    pub caller: Caller,
    /// When.
    pub at: Timestamp,
}
