//! The ports to storage. An adapter implements all of them; `postern-store` has two, and one contract suite that both
//! pass.
//!
//! Recipe for a method: take and give domain types; absence is `Ok(None)` or a variant; what must not be torn is one
//! call; time is an argument; after a commit tell the [`InvalidationSink`](crate::invalidation::InvalidationSink) what changed.

use async_trait::async_trait;

use crate::attempt::{Checkable, Reservation, Settled, Submission};
use crate::attempt_log::AttemptRecord;
use crate::audit::AuditEvent;
use crate::clock::Timestamp;
use crate::enrolment::{Committed, EnrolmentCommit, EnrolmentTry, PendingEnrolment};
use crate::factor::{SecondFactor, Spend, StoredFactors};
use crate::hand_over::{HandOver, Redeemed, Redemption};
use crate::id::{SessionId, UserId};
use crate::lockout::Lockout;
use crate::replay::ReplayKey;
use crate::session::{Elevation, NewSession, Session, SessionView, TokenHash};
use crate::signing_key::StoredSigningKey;
use crate::user::{ProviderIdentity, Relink, User, UserMatch};

/// Why a store could not answer. Every variant denies.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be reached or did not answer in time; trying again later may help.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A stored value makes no sense. Names where, never the value.
    #[error("{table}.{column} of {id} is not readable: {reason}")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Row identifier.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The schema is not the one this version needs.
    #[error("the schema is not ready: {0}")]
    Schema(String),
    /// The clocks of this process and of the store differ, so that neither can say what is old.
    #[error("the clock is wrong: {0}")]
    Clock(String),
    /// The store refused the statement.
    #[error("the store refused: {0}")]
    Refused(String),
}

/// Users.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Finds or makes the user of a verified identity and starts their session, in one transaction.
    ///
    /// By (issuer, subject) first: name, picture, last login are refreshed, and the address where no other row has it.
    /// Else, with `may_link`, a row with this address (case-insensitive) and no subject is adopted. Else, where no row
    /// has the address, a new row is made. The new session is written for `Known`, `Linked` and `Created` only; for
    /// `Inactive` and `EmailTaken` nothing is written at all.
    async fn sign_in(&self, identity: &ProviderIdentity, session: &NewSession) -> Result<UserMatch, StoreError>;

    /// The user with this identifier.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The user with this address, compared without case.
    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError>;

    /// The groups of a user, sorted. Empty for somebody who does not exist.
    async fn groups_of(&self, id: UserId) -> Result<Vec<String>, StoreError>;

    /// All users, by address, at most `limit`.
    async fn users(&self, limit: u32) -> Result<Vec<User>, StoreError>;

    /// Sets `requires_2fa`, and with `enforce` `twofa_enforced_at` (cleared otherwise). False: no such user.
    async fn require_second_factor(
        &self,
        id: UserId,
        require: bool,
        enforce: bool,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Sets `is_active`; switching off ends all sessions. False: no such user.
    async fn set_active(&self, id: UserId, active: bool) -> Result<bool, StoreError>;

    /// Adds the user to the groups `add` and removes them from the groups `remove`, in one transaction. A group in both
    /// is removed. False: no such user.
    async fn change_groups(&self, id: UserId, add: &[String], remove: &[String]) -> Result<bool, StoreError>;

    /// Gives the user the account `subject` of `issuer` in place of their former one, and ends all their sessions, in
    /// one transaction. Their second factor stays.
    async fn relink(&self, id: UserId, issuer: &str, subject: &str, at: Timestamp) -> Result<Relink, StoreError>;
}

/// Sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// The session with this token, or that a host has this token of (see [`HandOverStore`]), and all that a decision
    /// needs. Expiry is for the caller to decide.
    async fn session(&self, token: &TokenHash) -> Result<Option<SessionView>, StoreError>;

    /// Records the second factor and rotates the token, if the session still has the token `from`. `None`: it has not.
    async fn elevate(&self, elevation: &Elevation) -> Result<Option<SessionView>, StoreError>;

    /// All sessions of a user, newest first.
    async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError>;

    /// Ends one session of `owner`. False: they have no such session.
    async fn end_session(&self, owner: UserId, id: SessionId) -> Result<bool, StoreError>;

    /// Ends all sessions of a user but `except`; gives how many.
    async fn end_sessions_of(&self, user: UserId, except: Option<SessionId>) -> Result<u64, StoreError>;

    /// Ends every session of every user; gives how many.
    async fn end_all_sessions(&self) -> Result<u64, StoreError>;

    /// Moves `last_seen_at` forward, never back, for a batch. Sends no notice.
    async fn record_seen(&self, seen: &[(SessionId, Timestamp)]) -> Result<(), StoreError>;

    /// Deletes sessions that began before `begun_before` or were last seen before `seen_before`, pending enrolments
    /// that expired before `now`; gives how many sessions.
    async fn delete_expired(
        &self,
        begun_before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError>;
}

/// Hand-overs of a session to other hosts, and the tokens that those hosts have of it.
///
/// A host's token is good while the session has the token that it had when the host got its own: it ends with the session,
/// and whenever the session's token rotates.
#[async_trait]
pub trait HandOverStore: Send + Sync {
    /// Stores a code, and deletes those that expired before `now`. False, with nothing written: the session ended, or its
    /// token is another by now.
    async fn begin_hand_over(&self, hand_over: &HandOver, now: Timestamp) -> Result<bool, StoreError>;

    /// Uses a code up, and where [`HandOver::check`] accepts the redemption stores the host's token in place of any other
    /// that the host has of this session. One transaction, under a lock on the code.
    async fn redeem_hand_over(&self, redemption: &Redemption) -> Result<Redeemed, StoreError>;
}

/// Factors, attempts and enrolments.
#[async_trait]
pub trait FactorStore: Send + Sync {
    /// The enabled authenticator of a user. `None`: not enrolled, or not enabled.
    async fn factors(&self, user: UserId) -> Result<Option<StoredFactors>, StoreError>;

    /// Counts an attempt with [`Lockout::reserve`] under a row lock, so that
    /// parallel callers, in other processes too, are counted one after the other.
    async fn reserve_attempt(
        &self,
        user: UserId,
        factor: SecondFactor,
        now: Timestamp,
    ) -> Result<Reservation, StoreError>;

    /// The counters of one authenticator of a user, without counting anything. `None`: not enrolled.
    async fn lockout(&self, user: UserId, factor: SecondFactor) -> Result<Option<Lockout>, StoreError>;
    /// What a code of this user is checked against. `None`: not enrolled.
    async fn checkable(&self, user: UserId, factor: SecondFactor) -> Result<Option<Checkable>, StoreError>;

    /// Settles one submission of a code in one transaction, under the user's lock: answers a repetition; checks that
    /// the session still has its token; counts the attempt with
    /// [`Lockout::reserve`](crate::lockout::Lockout::reserve); for a match uses up the step or code by compare-and-set,
    /// resets the counter and does the action; logs the attempt. An error writes nothing, so it counts nothing.
    async fn settle(&self, submission: &Submission) -> Result<Settled, StoreError>;

    /// The sealed answer to a submission that was settled before. `None`: there is none, or it is void.
    async fn replayed(&self, key: &ReplayKey, now: Timestamp) -> Result<Option<String>, StoreError>;

    /// The sealed fresh backup codes of a session. `None`: there are none, they are void, or they were saved.
    async fn fresh_codes(&self, session: SessionId, now: Timestamp) -> Result<Option<String>, StoreError>;

    /// Forgets the fresh backup codes of a session.
    async fn forget_fresh_codes(&self, session: SessionId) -> Result<(), StoreError>;

    /// Uses up a step or a code by compare-and-set, and on success resets the counter of its authenticator. False:
    /// it was used before (a step: this one or a newer one), or the factor is gone.
    async fn spend(&self, user: UserId, spend: &Spend, now: Timestamp) -> Result<bool, StoreError>;

    /// Appends to `user_2fa_attempts`.
    async fn record_attempt(&self, attempt: &AttemptRecord) -> Result<(), StoreError>;

    /// Resets the counters of all authenticators of a user. False: nothing enrolled.
    async fn unlock(&self, user: UserId) -> Result<bool, StoreError>;

    /// Stores a pending enrolment in place of any other of the same session, and lets the session wait for it.
    async fn begin_enrolment(&self, pending: &PendingEnrolment) -> Result<(), StoreError>;

    /// The pending enrolment of a session that is not over, without counting a try.
    async fn pending_enrolment(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<PendingEnrolment>, StoreError>;

    /// Looks up the session's pending enrolment as [`FactorStore::try_enrolment`] does, and counts nothing: the tries of
    /// the one that is given are those so far.
    async fn open_enrolment(
        &self,
        session: SessionId,
        token: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<EnrolmentTry, StoreError>;

    /// Counts a try against the session's pending enrolment; with `token`, only if it has that token.
    async fn try_enrolment(
        &self,
        session: SessionId,
        token: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<EnrolmentTry, StoreError>;

    /// Drops the pending enrolment of a session. False: there is none.
    async fn drop_enrolment(&self, session: SessionId) -> Result<bool, StoreError>;

    /// Completes an enrolment as [`EnrolmentCommit`] says.
    async fn commit_enrolment(&self, commit: &EnrolmentCommit) -> Result<Committed, StoreError>;

    /// Replaces all backup codes and resets their counter. False: not enrolled.
    async fn replace_backup_codes(&self, user: UserId, digests: &[String], at: Timestamp) -> Result<bool, StoreError>;

    /// Replaces the sealed secret and the digests where the stored ones are still `from` (re-sealing and import).
    /// False: they changed meanwhile.
    async fn reseal(&self, user: UserId, from: &StoredFactors, to: &StoredFactors) -> Result<bool, StoreError>;

    /// All enabled authenticators, for re-sealing and import.
    async fn all_factors(&self) -> Result<Vec<(UserId, StoredFactors)>, StoreError>;

    /// Removes the authenticator and its backup codes, and ends all sessions of the user but `keep`, which loses its
    /// second factor and gets the second token in place of the first. With `keep` the user gives the factor up, which
    /// clears `requires_2fa` unless an administrator enforced it; without, an administrator resets it, and the demand
    /// stays. False, with nothing written: not enrolled, or the kept session rotated meanwhile.
    async fn remove_factors(
        &self,
        user: UserId,
        keep: Option<(SessionId, TokenHash, TokenHash)>,
        at: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// Audit events.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Appends one event.
    async fn append(&self, event: &AuditEvent) -> Result<(), StoreError>;

    /// The newest events of a user, newest first.
    async fn recent(&self, user: UserId, limit: u32) -> Result<Vec<AuditEvent>, StoreError>;

    /// Deletes audit events and attempts older than `before`; gives how many rows.
    async fn forget_before(&self, before: Timestamp) -> Result<u64, StoreError>;
}

/// Key material that all replicas share, sealed.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Stores the sentinel unless there is one; gives the one that is stored now.
    async fn sentinel(&self, candidate: &str) -> Result<String, StoreError>;

    /// Replaces the sentinel if it still is `from`. False: it changed meanwhile.
    async fn reseal_sentinel(&self, from: &str, to: &str) -> Result<bool, StoreError>;

    /// All signing keys, newest first.
    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError>;

    /// Adds `key` if there is none at all (replicas that start together agree on one); gives all keys.
    async fn ensure_signing_key(&self, key: &StoredSigningKey) -> Result<Vec<StoredSigningKey>, StoreError>;

    /// Adds `key` if [`newest`](crate::signing_key::newest) still is `after`, and then revokes the keys `revoke` as of
    /// the time when `key` was made, in one transaction. False, with nothing written: somebody else was faster.
    async fn add_signing_key(&self, key: &StoredSigningKey, after: &str, revoke: &[String])
    -> Result<bool, StoreError>;

    /// Replaces the sealed private half of a key if it still is `from`. False: it changed meanwhile, or is gone.
    async fn reseal_signing_key(&self, kid: &str, from: &str, to: &str) -> Result<bool, StoreError>;

    /// Deletes keys that are of no use any more; gives how many.
    async fn forget_signing_keys(&self, kids: &[String]) -> Result<u64, StoreError>;

    /// The sealed peppers of master keys that are gone, each under its master key's identifier: the digests of backup
    /// codes that were made with them stay good.
    async fn peppers(&self) -> Result<Vec<(String, String)>, StoreError>;

    /// Stores a sealed pepper in place of any other of the same master key.
    async fn put_pepper(&self, master: &str, sealed: &str) -> Result<(), StoreError>;
}

/// All ports, and the health of what is behind them.
#[async_trait]
pub trait Store: UserStore + SessionStore + HandOverStore + FactorStore + AuditStore + KeyStore + 'static {
    /// Checks that the store answers and that its schema is the one this version needs.
    async fn ready(&self) -> Result<(), StoreError>;
}
