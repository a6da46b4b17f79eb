//! A pending enrolment: the new authenticator waits beside the old one until its first code proves it.

use std::time::Duration;

use crate::attempt_log::AttemptRecord;
use crate::clock::Timestamp;
use crate::id::{EnrolmentId, SessionId, UserId};
use crate::replay::{FreshCodes, Replay};
use crate::session::{Elevation, SessionView, TokenHash};

/// How long a pending enrolment can be completed.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// Codes that may be tried against one pending enrolment.
pub const TRIES: u32 = 5;

/// A row of `postern.pending_enrolments`; a session has at most one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingEnrolment {
    /// Identifier; part of what the secret is sealed to.
    pub id: EnrolmentId,
    /// The session that began it; no other may complete it.
    pub session: SessionId,
    /// Whose.
    pub user: UserId,
    /// Hash of the set-up token.
    pub token: TokenHash,
    /// The new secret, sealed to this row.
    pub sealed_secret: String,
    /// It was begun to replace an enabled authenticator, after a step-up.
    pub replaces: bool,
    /// Codes tried so far.
    pub tries: u32,
    /// From then on it is void.
    pub expires_at: Timestamp,
}

/// What counting a try against a pending enrolment gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnrolmentTry {
    /// The try is counted; check the code.
    Counted(PendingEnrolment),
    /// No pending enrolment of this session with this token.
    Unknown,
    /// There was one; it is over.
    Expired,
    /// All tries are used; begin again.
    Exhausted,
}

/// All that completing an enrolment writes, in one transaction: the pending row is taken (once), the authenticator is
/// stored, the backup codes replaced, counters reset, the session elevated, and where a factor was replaced every
/// other session of the user ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentCommit {
    /// The pending row to take.
    pub id: EnrolmentId,
    /// Whose.
    pub user: UserId,
    /// False: fails when an authenticator is enabled by now.
    pub replaces: bool,
    /// The secret, sealed to the user's settings.
    pub sealed_secret: String,
    /// The step of the proving code, spent.
    pub step: i64,
    /// Digests of the fresh backup codes.
    pub backup_codes: Vec<String>,
    /// Session change.
    pub elevation: Elevation,
    /// Log entry.
    pub attempt: AttemptRecord,
    /// The backup codes themselves, sealed, to be shown again for a while.
    pub shown: Option<FreshCodes>,
    /// Recognises a repetition of this very submission, and answers it.
    pub replay: Option<Replay>,
}

/// How completing an enrolment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    /// All was written. The session as it stands now.
    Done(Box<SessionView>),
    /// This very submission completed the enrolment before; the sealed answer to it.
    Repeated(String),
    /// Nothing was written: the pending row was taken or is used up, an authenticator was enabled meanwhile, or the
    /// session rotated.
    Void,
}
