//! Attempts at a second factor: one submission of a code, settled in one transaction.

use crate::attempt_log::AttemptRecord;
use crate::enrolment::PendingEnrolment;
use crate::factor::{Spend, StoredFactors};
use crate::id::SessionId;
use crate::lockout::{Lockout, Refused};
use crate::replay::{FreshCodes, Replay};
use crate::session::{Elevation, SessionView, TokenHash};

/// The answer to reserving an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Counted as failed; check the code now.
    Granted(Lockout),
    /// Do not look at the code.
    Refused(Refused),
    /// The user has no such factor.
    NotEnrolled,
}

/// What a code is checked against: the stored factors and the counter of the authenticator in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkable {
    /// The enabled authenticator and its backup codes.
    pub stored: StoredFactors,
    /// The counter as it stood when it was read. [`FactorStore::settle`](crate::store::FactorStore::settle) reads it
    /// again under a lock.
    pub lockout: Lockout,
}

/// What a code matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The sealed secret that was stored when the code was checked. A different one by now voids the match.
    pub secret: String,
    /// The step or digest that the code uses up.
    pub spend: Spend,
}

/// What a right code is for. A code authorises this one action and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Raise the session.
    Elevate,
    /// Raise the session and replace the backup codes.
    ReplaceBackupCodes {
        /// Digests of the fresh codes.
        digests: Vec<String>,
        /// The codes themselves, sealed, to be shown again for a while.
        shown: FreshCodes,
    },
    /// Let an authenticator be set up in place of the enabled one.
    BeginEnrolment(PendingEnrolment),
    /// Remove the authenticator and its backup codes, lower the session, end all other sessions of the user.
    RemoveFactors,
}

/// One submission of a code by a session, for [`FactorStore::settle`](crate::store::FactorStore::settle).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The session, the token that it must still have, the token that it gets, and the factor that was used. An action
    /// that does not change the session's level ([`Action::BeginEnrolment`]) leaves the token as it is.
    pub elevation: Elevation,
    /// The row for `user_2fa_attempts`; the store sets `success`.
    pub attempt: AttemptRecord,
    /// What the code matched; `None`: nothing.
    pub evidence: Option<Evidence>,
    /// What a right code does.
    pub action: Action,
    /// Recognises a repetition of this very submission, and answers it.
    pub replay: Option<Replay>,
}

impl Submission {
    /// The session that submits.
    pub fn session(&self) -> SessionId {
        self.elevation.session
    }

    /// The token that the session must still have.
    pub fn from(&self) -> TokenHash {
        self.elevation.from
    }
}

/// How a submission was settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Counted, right, used up, logged, and acted upon. The session as it stands now.
    Right(Box<SessionView>),
    /// Counted as failed and logged.
    Wrong(Lockout),
    /// This very submission was counted as failed before. The counter as it stands; nothing was written.
    RepeatedWrong(Lockout),
    /// The counter refused the attempt; the match was ignored and nothing was written.
    Refused(Refused),
    /// The user has no enabled authenticator; nothing was written.
    NotEnrolled,
    /// The stored secret is another one than the code was checked against; nothing was written. Check again.
    Changed,
    /// The session does not have the token any more; nothing was written.
    SessionGone,
    /// This very submission was settled before; the sealed answer to it. Nothing was written.
    Repeated(String),
}
