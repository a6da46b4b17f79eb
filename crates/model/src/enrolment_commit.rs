//! Completion of a pending enrolment, with the first code of an app or with a passkey.

use crate::attempt_log::AttemptRecord;
use crate::id::{EnrolmentId, UserId};
use crate::passkey::Passkey;
use crate::replay::{FreshCodes, Replay};
use crate::session::{Elevation, SessionView};

/// Writes of a completed enrolment, made in one transaction: the pending row is deleted (once), the authenticator is
/// stored, the backup codes are replaced, counters are reset, the session is elevated, and if a factor was replaced,
/// every other session of the user is ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentCommit {
    /// The pending row to delete.
    pub id: EnrolmentId,
    /// The user.
    pub user: UserId,
    /// Whether an enabled authenticator may be replaced. False: the completion fails if one is enabled by now.
    pub replaces: bool,
    /// The secret, sealed to the user's settings.
    pub sealed_secret: String,
    /// The time step of the first code, which is used up; [`NO_APP`](crate::factor::NO_APP) with a passkey instead of an app.
    pub step: i64,
    /// The passkey that is enrolled instead of an app.
    pub passkey: Option<Passkey>,
    /// Digests of the fresh backup codes.
    pub backup_codes: Vec<String>,
    /// The change of the session.
    pub elevation: Elevation,
    /// Log entry.
    pub attempt: AttemptRecord,
    /// The backup codes themselves, sealed, which can be shown again for a limited time.
    pub shown: Option<FreshCodes>,
    /// Identifies a repetition of this submission, and holds its reply.
    pub replay: Option<Replay>,
}

/// Result of completing an enrolment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    /// Everything was written. Carries the session as it is now.
    Done(Box<SessionView>),
    /// A repetition of the submission that completed the enrolment. Carries the sealed reply.
    Repeated(String),
    /// The passkey's credential is registered already; nothing was written.
    Known,
    /// Nothing was written: the pending row is gone or its tries are used up, an authenticator was enabled meanwhile,
    /// or the session's token was rotated.
    Void,
}
