//! A pending enrolment: the new authenticator is kept beside the old one until its first code is verified. A first enrolment
//! may be completed with a passkey instead; its secret is then dropped.

use std::time::Duration;

use crate::attempt_log::AttemptRecord;
use crate::clock::Timestamp;
use crate::id::{EnrolmentId, SessionId, UserId};
use crate::replay::Replay;
use crate::session::TokenHash;

/// Time in which a pending enrolment can be completed.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// Number of codes that may be tried against one pending enrolment.
pub const TRIES: u32 = 5;

/// What a pending enrolment was begun for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnrolmentPurpose {
    /// The user's first authenticator.
    First,
    /// One in place of the first, after a code.
    Replacement,
    /// One beside those that there are, after a code.
    Addition,
}

/// A row of `postern.pending_enrolments`; a session has at most one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingEnrolment {
    /// Identifier; part of what the secret is sealed to.
    pub id: EnrolmentId,
    /// The session that began it; no other may complete it.
    pub session: SessionId,
    /// The user.
    pub user: UserId,
    /// Hash of the set-up token.
    pub token: TokenHash,
    /// The new secret, sealed to this row.
    pub sealed_secret: String,
    /// What it was begun for.
    pub purpose: EnrolmentPurpose,
    /// Number of codes tried so far.
    pub tries: u32,
    /// Expiry.
    pub expires_at: Timestamp,
}

/// Result of counting a try against a pending enrolment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnrolmentTry {
    /// The try is counted; check the code.
    Counted(PendingEnrolment),
    /// A repetition of a submission that was counted, with the tries so far; nothing was written.
    Repeated(PendingEnrolment),
    /// The session has no pending enrolment with this token.
    Unknown,
    /// The pending enrolment has expired.
    Expired,
    /// All tries are used up; begin again.
    Exhausted,
}

/// A first code that was wrong, for [`FactorStore::try_enrolment`](crate::store::FactorStore::try_enrolment).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedTry {
    /// The session.
    pub session: SessionId,
    /// The set-up token that the pending enrolment must have, if one is known.
    pub token: Option<TokenHash>,
    /// Log entry.
    pub attempt: AttemptRecord,
    /// Identifies a repetition of this submission.
    pub replay: Option<Replay>,
}
