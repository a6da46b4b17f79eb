//! The ports to storage. An adapter implements all of them; `postern-store` has two, which pass one contract suite.
//!
//! Rules for a method: take and return domain types; absence is `Ok(None)` or a variant; changes that must be atomic
//! are one call; time is an argument; after a commit notify the
//! [`InvalidationSink`](crate::invalidation::InvalidationSink).

use async_trait::async_trait;

use crate::attempt::{Checkable, Settled, Submission};
use crate::attempt_log::AttemptRecord;
use crate::audit::AuditEvent;
use crate::authenticator::{Authenticator, AuthenticatorAdded, AuthenticatorAddition, FurtherAuthenticator};
use crate::clock::Timestamp;
use crate::enrolment::{EnrolmentTry, FailedTry, PendingEnrolment};
use crate::enrolment_commit::{Committed, EnrolmentCommit};
use crate::factor::{SecondFactor, StoredFactors};
use crate::hand_over::{HandOver, Redeemed, Redemption};
use crate::id::{AuthenticatorId, EventId, PasskeyId, SessionId, UserId};
use crate::kept_post::KeptPostStore;
use crate::lockout::Lockout;
use crate::mail::MailStore;
use crate::passkey::{Passkey, PasskeyRegistration, PasskeyUse, Registered, Used};
use crate::replay::ReplayKey;
use crate::sent_code::SentCodeStore;
use crate::session::{Bound, DeviceBinding, NewSession, Session, SessionPage, SessionQuery, SessionView, TokenHash};
use crate::signing_key::StoredSigningKey;
pub use crate::store_error::StoreError;
use crate::ticket::{EnrolmentBegun, TicketCheck, TicketState};
use crate::trusted_device::{DeviceSelection, DeviceTrust, DeviceUse, DeviceUsed, TrustedDevice};
use crate::user::{ProviderIdentity, Relink, User, UserMatch};

/// Users.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Finds or creates the user of a verified identity and starts their session, in one transaction.
    ///
    /// First searches by (issuer, subject): name, picture and last login are updated, and the address if no other row
    /// has it. Otherwise, with `may_link`, adopts a row with this address (case-insensitive) and no subject. Otherwise,
    /// if no row has the address, creates a new row. The new session is written for `Known`, `Linked` and `Created`
    /// only; for `Inactive` and `EmailTaken` nothing is written.
    async fn sign_in(&self, identity: &ProviderIdentity, session: &NewSession) -> Result<UserMatch, StoreError>;

    /// Returns the user with this identifier.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// Returns the user with this address, compared case-insensitively.
    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError>;

    /// Returns the groups of a user, sorted. Empty for a user who does not exist.
    async fn groups_of(&self, id: UserId) -> Result<Vec<String>, StoreError>;

    /// Returns all users, sorted by address, at most `limit`.
    async fn users(&self, limit: u32) -> Result<Vec<User>, StoreError>;

    /// Sets `requires_2fa`, and with `enforce` `twofa_enforced_at` (cleared otherwise). False if the user does not
    /// exist.
    async fn require_second_factor(
        &self,
        id: UserId,
        require: bool,
        enforce: bool,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Sets `is_active`; deactivation ends all sessions. False if the user does not exist.
    async fn set_active(&self, id: UserId, active: bool) -> Result<bool, StoreError>;

    /// Adds the user to the groups `add` and removes them from the groups `remove`, in one transaction. A group in both
    /// is removed. False if the user does not exist.
    async fn change_groups(&self, id: UserId, add: &[String], remove: &[String]) -> Result<bool, StoreError>;

    /// Links the user to the account `subject` of `issuer` in place of their former one, and ends all their sessions,
    /// in one transaction. Their second factor stays.
    async fn relink(&self, id: UserId, issuer: &str, subject: &str, at: Timestamp) -> Result<Relink, StoreError>;
}

/// Sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Returns the session with this token, or with this token of a host (see [`HandOverStore`]), and all data that a
    /// decision needs. The caller checks expiry.
    async fn session(&self, token: &TokenHash) -> Result<Option<SessionView>, StoreError>;

    /// Returns all sessions of a user, newest first.
    async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError>;

    /// Returns a part of the sessions of a user, and reads no others.
    async fn session_page(&self, user: UserId, query: &SessionQuery) -> Result<SessionPage, StoreError>;

    /// Ends one session of `owner`. False if they have no session with this identifier.
    async fn end_session(&self, owner: UserId, id: SessionId) -> Result<bool, StoreError>;

    /// Ends all sessions of a user except `except`, and the trust in all their devices except that of `except`; returns the
    /// number of sessions.
    async fn end_sessions_of(&self, user: UserId, except: Option<SessionId>) -> Result<u64, StoreError>;

    /// Ends every session of every user, and the trust in every device; returns the number of sessions.
    async fn end_all_sessions(&self) -> Result<u64, StoreError>;

    /// Moves `last_seen_at` forward, never back, for a batch. Sends no notice.
    async fn record_seen(&self, seen: &[(SessionId, Timestamp)]) -> Result<(), StoreError>;

    /// Binds a session to a key of its device if the session still has this token and is not bound to another key. The same
    /// binding again changes nothing.
    async fn bind_device(&self, binding: &DeviceBinding) -> Result<Bound, StoreError>;

    /// Whether there is a session with this identifier that is bound to a device, over or not.
    async fn is_bound(&self, id: SessionId) -> Result<bool, StoreError>;

    /// Deletes sessions that began before `begun_before` or were last seen before `seen_before`, and pending enrolments
    /// and kept forms that expired before `now`; returns the number of sessions.
    async fn delete_expired(
        &self,
        begun_before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError>;
}

/// Port for hand-overs of a session to other hosts, and for those hosts' tokens of it.
///
/// A host's token is valid while the session still has the token that it had when the host's was made: it becomes
/// invalid when the session ends or its token is rotated.
#[async_trait]
pub trait HandOverStore: Send + Sync {
    /// Stores a code, and deletes those that expired before `now`. False, with nothing written, if the session ended or
    /// its token was rotated.
    async fn begin_hand_over(&self, hand_over: &HandOver, now: Timestamp) -> Result<bool, StoreError>;

    /// Uses a code up and, if [`HandOver::check`] accepts the redemption, stores the host's token in place of any other
    /// that the host has of this session. One transaction, under a lock on the code.
    async fn redeem_hand_over(&self, redemption: &Redemption) -> Result<Redeemed, StoreError>;
}

/// Port for passkeys. A passkey is returned and can be used while the enrolment that it belongs to is the user's enabled
/// authenticator.
#[async_trait]
pub trait PasskeyStore: Send + Sync {
    /// Returns the passkeys of a user, oldest first.
    async fn passkeys(&self, user: UserId) -> Result<Vec<Passkey>, StoreError>;

    /// Returns the credential identifiers of all of them, also of those that [`PasskeyStore::passkeys`] leaves out because
    /// another column cannot be read.
    async fn credentials(&self, user: UserId) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Stores a passkey and rotates the session's token, in one transaction under the user's lock.
    async fn register_passkey(&self, registration: &PasskeyRegistration) -> Result<Registered, StoreError>;

    /// Raises a session with a passkey: stores the counter by compare-and-set, records the second factor, rotates the token,
    /// logs the attempt and performs the action, in one transaction under the user's lock.
    async fn use_passkey(&self, used: &PasskeyUse) -> Result<Used, StoreError>;

    /// Renames a passkey. False if the user has none with this identifier.
    async fn rename_passkey(&self, user: UserId, id: PasskeyId, name: &str) -> Result<bool, StoreError>;
}

/// Port for authenticator apps beside the first one, which is [`FactorStore`]'s. One is returned and can be used while the
/// enrolment that it belongs to is the user's enabled authenticator.
#[async_trait]
pub trait AuthenticatorStore: Send + Sync {
    /// Returns the authenticators of a user, the first one first, then the others, oldest first. Empty if not enrolled, or
    /// enrolled with passkeys alone.
    async fn authenticators(&self, user: UserId) -> Result<Vec<Authenticator>, StoreError>;

    /// Adds an authenticator: deletes its pending enrolment, stores it (as the first one where there is none), and rotates the
    /// session's token, in one transaction under the user's lock.
    async fn add_authenticator(&self, addition: &AuthenticatorAddition) -> Result<AuthenticatorAdded, StoreError>;

    /// Renames an authenticator, the first one included. False if the user has none with this identifier.
    async fn rename_authenticator(&self, user: UserId, id: AuthenticatorId, name: &str) -> Result<bool, StoreError>;

    /// Returns the further authenticators of all users, for re-sealing.
    async fn all_further_authenticators(&self) -> Result<Vec<FurtherAuthenticator>, StoreError>;

    /// Replaces the sealed secret of a further authenticator if the stored one is still that of `from`. False if it changed
    /// meanwhile, or is gone.
    async fn reseal_authenticator(&self, from: &FurtherAuthenticator, sealed: &str) -> Result<bool, StoreError>;
}

/// Port for trusted devices. One is returned and can be used while the enrolment during which it was trusted is the user's
/// enabled authenticator. Removing a passkey or an authenticator and deactivating the user end the trust in all their devices.
#[async_trait]
pub trait TrustedDeviceStore: Send + Sync {
    /// Returns the trusted devices of a user, newest first, those whose trust has expired included.
    async fn trusted_devices(&self, user: UserId) -> Result<Vec<TrustedDevice>, StoreError>;

    /// Stores a device, in place of the least recently used ones beyond
    /// [`TRUSTED_DEVICES_MAX`](crate::trusted_device::TRUSTED_DEVICES_MAX), in one transaction under the user's lock. False, with
    /// nothing written, if it is stored already, or if the user has no enabled authenticator.
    async fn trust_device(&self, trust: &DeviceTrust) -> Result<bool, StoreError>;

    /// Raises a session with a trusted device: judges the secret with
    /// [`DeviceSecrets::present`](crate::trusted_device::DeviceSecrets::present), replaces it, and rotates the session's token,
    /// in one transaction under the user's lock.
    async fn use_trusted_device(&self, usage: &DeviceUse) -> Result<DeviceUsed, StoreError>;

    /// Ends the trust in devices of a user; returns their number. Sessions that were raised with them lose their second factor.
    async fn forget_trusted_devices(&self, user: UserId, which: DeviceSelection) -> Result<u64, StoreError>;

    /// Deletes the devices that are trusted since `trusted_before` or longer, and those whose trust expired before
    /// `expired_before`; returns their number.
    async fn delete_expired_devices(
        &self,
        trusted_before: Timestamp,
        expired_before: Timestamp,
    ) -> Result<u64, StoreError>;
}

/// Port for factors, attempts and enrolments.
#[async_trait]
pub trait FactorStore: Send + Sync {
    /// Returns the enabled second factor of a user. `None` if not enrolled, or not enabled.
    async fn factors(&self, user: UserId) -> Result<Option<StoredFactors>, StoreError>;

    /// Returns the counters of one authenticator of a user. `None` if not enrolled.
    async fn lockout(&self, user: UserId, factor: SecondFactor) -> Result<Option<Lockout>, StoreError>;

    /// Returns the data that a code of this user is checked against. `None` if not enrolled.
    async fn checkable(&self, user: UserId, factor: SecondFactor) -> Result<Option<Checkable>, StoreError>;

    /// Settles one submission of a code in one transaction, under the user's lock: answers a repetition; checks that
    /// the session still has its token; counts the attempt with [`Lockout::reserve`]; for a match uses up the step or
    /// code by compare-and-set (a step only if it is newer than the last one), resets the counter and does the action;
    /// logs the attempt. An error writes nothing, so it counts nothing.
    async fn settle(&self, submission: &Submission) -> Result<Settled, StoreError>;

    /// Returns the sealed reply to a submission that was settled before. `None` if there is none, or it has expired.
    async fn replayed(&self, key: &ReplayKey, now: Timestamp) -> Result<Option<String>, StoreError>;

    /// Returns the sealed fresh backup codes of a session. `None` if there are none, they have expired, or they were
    /// saved.
    async fn fresh_codes(&self, session: SessionId, now: Timestamp) -> Result<Option<String>, StoreError>;

    /// Deletes the fresh backup codes of a session.
    async fn forget_fresh_codes(&self, session: SessionId) -> Result<(), StoreError>;

    /// Appends to `user_2fa_attempts`.
    async fn record_attempt(&self, attempt: &AttemptRecord) -> Result<(), StoreError>;

    /// Resets the counters of all authenticators of a user, and that of wrong enrolment tickets. False if the user has
    /// neither.
    async fn unlock(&self, user: UserId) -> Result<bool, StoreError>;

    /// Begins a first enrolment if [`TicketState::judge`] allows it, in one transaction under the user's lock: stores
    /// the pending enrolment in place of any other of the same session, and extends the session's wait to its expiry.
    async fn begin_enrolment(
        &self,
        pending: &PendingEnrolment,
        ticket: &TicketCheck,
    ) -> Result<EnrolmentBegun, StoreError>;

    /// Issues an enrolment ticket in place of any other of the user, resets the counter of wrong ones, and deletes the
    /// user's pending first enrolments, which were begun without it. From now on the user's first enrolment needs a
    /// ticket. False if the user does not exist.
    async fn issue_ticket(&self, user: UserId, ticket: &TokenHash, expires_at: Timestamp) -> Result<bool, StoreError>;

    /// Returns the enrolment ticket of a user, the demand for one, and the counter of wrong ones.
    async fn ticket_state(&self, user: UserId) -> Result<TicketState, StoreError>;

    /// Returns the pending enrolment of a session unless it has expired, without counting a try.
    async fn pending_enrolment(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<PendingEnrolment>, StoreError>;

    /// Looks up the session's pending enrolment as [`FactorStore::try_enrolment`] does, without counting a try: the
    /// returned enrolment has the tries so far.
    async fn open_enrolment(
        &self,
        session: SessionId,
        token: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<EnrolmentTry, StoreError>;

    /// Counts a try against the session's pending enrolment and logs it, in one transaction; with a token, only if the
    /// enrolment has that token. A repetition within a minute is neither counted nor logged.
    async fn try_enrolment(&self, failed: &FailedTry) -> Result<EnrolmentTry, StoreError>;

    /// Deletes the pending enrolment of a session. False if there is none.
    async fn drop_enrolment(&self, session: SessionId) -> Result<bool, StoreError>;

    /// Completes an enrolment as [`EnrolmentCommit`] says. A first one deletes the user's enrolment ticket.
    async fn commit_enrolment(&self, commit: &EnrolmentCommit) -> Result<Committed, StoreError>;

    /// Replaces the sealed secret and the digests if the stored ones are still `from` (re-sealing and import). False if
    /// they changed meanwhile.
    async fn reseal(&self, user: UserId, from: &StoredFactors, to: &StoredFactors) -> Result<bool, StoreError>;

    /// Returns all enabled authenticators, for re-sealing and import.
    async fn all_factors(&self) -> Result<Vec<(UserId, StoredFactors)>, StoreError>;

    /// Removes the authenticators, their backup codes and the passkeys, and ends all sessions of the user except `keep`, which loses its
    /// second factor and gets the second token in place of the first. With `keep` the user removes the factor, which
    /// clears `requires_2fa` unless an administrator enforced it; without it an administrator resets the factor, and
    /// the requirement stays. False, with nothing written, if not enrolled or if the kept session's token was rotated
    /// meanwhile.
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

    /// Returns the newest events of a user, newest first, at most `limit`. With `before` only those older than this
    /// event of the user; none if there is no such event.
    async fn recent(&self, user: UserId, before: Option<EventId>, limit: u32) -> Result<Vec<AuditEvent>, StoreError>;

    /// Deletes audit events and attempts that are older than `before`; returns the number of rows.
    async fn forget_before(&self, before: Timestamp) -> Result<u64, StoreError>;
}

/// Port for key material that all replicas share, sealed.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Stores the sentinel unless there is one; returns the stored one.
    async fn sentinel(&self, candidate: &str) -> Result<String, StoreError>;

    /// Replaces the sentinel if it is still `from`. False if it changed meanwhile.
    async fn reseal_sentinel(&self, from: &str, to: &str) -> Result<bool, StoreError>;

    /// Returns all signing keys, newest first.
    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError>;

    /// Adds `key` if there are no keys (replicas that start together agree on one); returns all keys.
    async fn ensure_signing_key(&self, key: &StoredSigningKey) -> Result<Vec<StoredSigningKey>, StoreError>;

    /// Adds `key` if [`newest`](crate::signing_key::newest) is still `after`, and then revokes the keys `revoke` as of
    /// the time when `key` was made, in one transaction. False, with nothing written, if another caller was faster.
    async fn add_signing_key(&self, key: &StoredSigningKey, after: &str, revoke: &[String])
    -> Result<bool, StoreError>;

    /// Replaces the sealed private half of a key if it is still `from`. False if it changed meanwhile, or is gone.
    async fn reseal_signing_key(&self, kid: &str, from: &str, to: &str) -> Result<bool, StoreError>;

    /// Deletes keys that are no longer needed; returns their number.
    async fn forget_signing_keys(&self, kids: &[String]) -> Result<u64, StoreError>;

    /// Returns the sealed peppers of removed master keys, each under its master key's identifier. Backup-code digests
    /// that were made with them stay valid.
    async fn peppers(&self) -> Result<Vec<(String, String)>, StoreError>;

    /// Stores a sealed pepper in place of any other of the same master key.
    async fn put_pepper(&self, master: &str, sealed: &str) -> Result<(), StoreError>;
}

/// All storage ports, and the health of the store.
#[async_trait]
pub trait Store:
    UserStore
    + SessionStore
    + HandOverStore
    + KeptPostStore
    + FactorStore
    + AuthenticatorStore
    + PasskeyStore
    + TrustedDeviceStore
    + SentCodeStore
    + AuditStore
    + MailStore
    + KeyStore
    + 'static
{
    /// Checks that the store responds and that its schema is the one that this version needs.
    async fn ready(&self) -> Result<(), StoreError>;

    /// Returns what keeps some users out though the store is ready, each with its remedy.
    async fn concerns(&self) -> Result<Vec<String>, StoreError>;
}
