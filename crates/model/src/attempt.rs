//! Attempts at a second factor: each submission of a code is settled in one transaction.

use crate::attempt_log::AttemptRecord;
use crate::authenticator::FurtherAuthenticator;
use crate::enrolment::PendingEnrolment;
use crate::factor::{Spend, StoredFactors};
use crate::id::{AuthenticatorId, PasskeyId};
use crate::lockout::{Lockout, Refused};
use crate::phone::PhoneNumber;
use crate::replay::{FreshCodes, Replay};
use crate::session::{Elevation, SessionView};

/// Data that a code is checked against: the stored factors and the counter of their kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkable {
    /// The enabled authenticator and its backup codes.
    pub stored: StoredFactors,
    /// Further authenticators, oldest first; empty where a backup code is checked.
    pub further: Vec<FurtherAuthenticator>,
    /// The counter at the time of reading. [`FactorStore::settle`](crate::store::FactorStore::settle) reads it again
    /// under a lock.
    pub lockout: Lockout,
}

impl Checkable {
    /// Whether the user has an authenticator app.
    pub fn has_app(&self) -> bool {
        self.stored.has_app() || !self.further.is_empty()
    }

    /// Returns the sealed secret of the first authenticator, or of a further one. `None` if the user has no such one.
    pub fn secret_of(&self, authenticator: Option<AuthenticatorId>) -> Option<&str> {
        let Some(id) = authenticator else { return Some(&self.stored.totp_secret) };
        self.further.iter().find(|further| further.id == id).map(|further| further.totp_secret.as_str())
    }
}

/// Match of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The further authenticator whose code it is; `None` for the first one and for backup codes.
    pub authenticator: Option<AuthenticatorId>,
    /// Its sealed secret at the time of the check. If the stored one differs by now, the match is void.
    pub secret: String,
    /// The step or digest that the code uses up.
    pub spend: Spend,
}

/// Action of a correct code, or of a passkey. Either authorises this one action and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Raise the session.
    Elevate,
    /// Raise the session and replace the backup codes.
    ReplaceBackupCodes {
        /// Digests of the fresh codes.
        digests: Vec<String>,
        /// The codes themselves, sealed, which can be shown again for a limited time.
        shown: FreshCodes,
    },
    /// Allow an authenticator to be set up in place of the enabled one, or beside it.
    BeginEnrolment(PendingEnrolment),
    /// Raise the session and remove a passkey that is not the only factor. Sessions that were raised with it lose their second
    /// factor.
    RemovePasskey(PasskeyId),
    /// Raise the session and remove an authenticator. Sessions that were raised with it, this one included, lose their second
    /// factor. A passkey, and nothing else, allows to remove the only one.
    RemoveAuthenticator {
        /// The authenticator.
        id: AuthenticatorId,
        /// The sealed secret, which nobody was shown, in place of the only one's: see [`NO_APP`](crate::factor::NO_APP).
        unseen: String,
    },
    /// Raise the session, and switch codes by mail on or off. Sessions that were raised with one lose their second factor when
    /// they are switched off.
    SetEmailCodes(bool),
    /// Take a number that was confirmed, which keeps the session's token, or raise the session and remove the number. Sessions that
    /// were raised with a code by SMS lose their second factor, and codes on their way are void.
    SetNumber(Option<PhoneNumber>),
    /// Remove the authenticators, their backup codes and the passkeys, lower the session, end all other sessions of the user.
    RemoveFactors,
}

/// Submission of a code by a session, for [`FactorStore::settle`](crate::store::FactorStore::settle).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The session, its expected token, its new token, and the factor that was used. An action that does not change the
    /// session's level ([`Action::BeginEnrolment`]) keeps the token.
    pub elevation: Elevation,
    /// The row for `user_2fa_attempts`; the store sets `success`.
    pub attempt: AttemptRecord,
    /// The match of the code; `None` if it was wrong.
    pub evidence: Option<Evidence>,
    /// The action of a correct code.
    pub action: Action,
    /// Identifies a repetition of this submission, and holds its reply.
    pub replay: Option<Replay>,
}

/// Result of settling a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The code was correct: counted, used up, logged, and acted upon. Carries the session as it is now.
    Right(Box<SessionView>),
    /// The code was wrong: counted as failed and logged.
    Wrong(Lockout),
    /// A repetition of a submission that was counted as failed. Carries the current counter; nothing was written.
    RepeatedWrong(Lockout),
    /// The counter refused the attempt; the match was ignored and nothing was written.
    Refused(Refused),
    /// The user has no enabled authenticator, or not the one to remove, or no other; nothing was written.
    NotEnrolled,
    /// The stored secret changed since the code was checked; nothing was written. Check again.
    Changed,
    /// The session no longer has the token; nothing was written.
    SessionGone,
    /// A repetition of a submission that was settled. Carries the sealed reply; nothing was written.
    Repeated(String),
}
