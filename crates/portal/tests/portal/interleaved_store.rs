//! A store between whose calls something else can happen, so that a test chooses how two requests interleave.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Request;
use http_body_util::Full;
use postern_model::attempt::{Checkable, Settled, Submission};
use postern_model::attempt_log::AttemptRecord;
use postern_model::audit::AuditEvent;
use postern_model::authenticator::{Authenticator, AuthenticatorAdded, AuthenticatorAddition, FurtherAuthenticator};
use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentTry, FailedTry, PendingEnrolment};
use postern_model::enrolment_commit::{Committed, EnrolmentCommit};
use postern_model::factor::{CodeKind, SecondFactor, StoredFactors};
use postern_model::hand_over::{HandOver, Redeemed, Redemption};
use postern_model::id::{AuthenticatorId, EventId, PasskeyId, SessionId, UserId};
use postern_model::kept_post::{KeptPost, KeptPostStore};
use postern_model::lockout::Lockout;
use postern_model::mail::{MailStore, QueuedMail};
use postern_model::passkey::{Passkey, PasskeyRegistration, PasskeyUse, Registered, Used};
use postern_model::phone::StoredNumber;
use postern_model::replay::ReplayKey;
use postern_model::sent_code::{CodeBegun, NewSentCode, SentCodeStore, SentCodes};
use postern_model::session::{
    Bound, DeviceBinding, NewSession, Session, SessionPage, SessionQuery, SessionView, TokenHash,
};
use postern_model::signing_key::StoredSigningKey;
use postern_model::store::{
    AuditStore, AuthenticatorStore, FactorStore, HandOverStore, KeyStore, PasskeyStore, SessionStore, Store,
    StoreError, TrustedDeviceStore, UserStore,
};
use postern_model::ticket::{EnrolmentBegun, TicketCheck, TicketState};
use postern_model::trusted_device::{DeviceSelection, DeviceTrust, DeviceUse, DeviceUsed, TrustedDevice};
use postern_model::user::{ProviderIdentity, Relink, User, UserMatch};

use crate::harness::{Answer, Gate, caller};

/// What is to happen between two calls of the store.
#[derive(Clone, Default)]
pub(crate) struct Interleaving(Arc<Mutex<Option<Pending>>>);

struct Pending {
    /// Calls until then.
    calls: usize,
    event: BoxFuture<'static, ()>,
}

impl Interleaving {
    /// Has this happen once, after this number of further calls and before the next one.
    pub(crate) fn after_calls(&self, calls: usize, event: BoxFuture<'static, ()>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Pending { calls, event });
    }

    /// Whether it has not happened yet; it no longer will.
    pub(crate) fn cancel(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
    }

    async fn before_call(&self) {
        let event = {
            let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match next.as_mut() {
                Some(Pending { calls: calls @ 1.., .. }) => {
                    *calls -= 1;
                    None
                }
                _ => next.take(),
            }
        };
        if let Some(Pending { event, .. }) = event {
            event.await;
        }
    }
}

/// The store, whose calls are counted.
pub(crate) struct InterleavedStore {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) interleaving: Interleaving,
}

impl Gate {
    /// Sends a request, and the same again after this number of calls of the store. The answers to both, the earlier one first;
    /// `None` if it makes fewer calls.
    pub(crate) async fn send_twice(&self, request: &Request<Full<Bytes>>, calls: usize) -> Option<(Answer, Answer)> {
        let (portal, other) = (Arc::clone(&self.portal), request.clone());
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let between = async move { drop(sender.send(portal.respond(other, caller()).await)) };
        self.interleaving.after_calls(calls, between.boxed());
        let around = self.send(request.clone()).await;
        if self.interleaving.cancel() {
            return None;
        }
        Some((Answer::read(receiver.await.unwrap()).await, around))
    }
}

macro_rules! passes_on {
    (impl $port:ident { $(async fn $name:ident(&self $(, $argument:ident: $type:ty)*) -> $output:ty;)* }) => {
        #[async_trait]
        impl $port for InterleavedStore {
            $(async fn $name(&self $(, $argument: $type)*) -> $output {
                self.interleaving.before_call().await;
                self.store.$name($($argument),*).await
            })*
        }
    };
}

passes_on!(impl UserStore {
    async fn sign_in(&self, identity: &ProviderIdentity, session: &NewSession) -> Result<UserMatch, StoreError>;
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;
    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError>;
    async fn groups_of(&self, id: UserId) -> Result<Vec<String>, StoreError>;
    async fn users(&self, limit: u32) -> Result<Vec<User>, StoreError>;
    async fn require_second_factor(&self, id: UserId, require: bool, enforce: bool, at: Timestamp) -> Result<bool, StoreError>;
    async fn set_active(&self, id: UserId, active: bool) -> Result<bool, StoreError>;
    async fn change_groups(&self, id: UserId, add: &[String], remove: &[String]) -> Result<bool, StoreError>;
    async fn relink(&self, id: UserId, issuer: &str, subject: &str, at: Timestamp) -> Result<Relink, StoreError>;
});
passes_on!(impl SessionStore {
    async fn session(&self, token: &TokenHash) -> Result<Option<SessionView>, StoreError>;
    async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError>;
    async fn session_page(&self, user: UserId, query: &SessionQuery) -> Result<SessionPage, StoreError>;
    async fn end_session(&self, owner: UserId, id: SessionId) -> Result<bool, StoreError>;
    async fn end_sessions_of(&self, user: UserId, except: Option<SessionId>) -> Result<u64, StoreError>;
    async fn end_all_sessions(&self) -> Result<u64, StoreError>;
    async fn record_seen(&self, seen: &[(SessionId, Timestamp)]) -> Result<(), StoreError>;
    async fn bind_device(&self, binding: &DeviceBinding) -> Result<Bound, StoreError>;
    async fn is_bound(&self, id: SessionId) -> Result<bool, StoreError>;
    async fn delete_expired(&self, begun_before: Timestamp, seen_before: Timestamp, now: Timestamp) -> Result<u64, StoreError>;
});
passes_on!(impl HandOverStore {
    async fn begin_hand_over(&self, hand_over: &HandOver, now: Timestamp) -> Result<bool, StoreError>;
    async fn redeem_hand_over(&self, redemption: &Redemption) -> Result<Redeemed, StoreError>;
});
passes_on!(impl KeptPostStore {
    async fn keep_post(&self, kept: &KeptPost, now: Timestamp) -> Result<bool, StoreError>;
    async fn kept_post(&self, id: &TokenHash, now: Timestamp) -> Result<Option<KeptPost>, StoreError>;
    async fn forget_post(&self, id: &TokenHash) -> Result<bool, StoreError>;
});
passes_on!(impl FactorStore {
    async fn factors(&self, user: UserId) -> Result<Option<StoredFactors>, StoreError>;
    async fn lockout(&self, user: UserId, factor: SecondFactor) -> Result<Option<Lockout>, StoreError>;
    async fn checkable(&self, user: UserId, factor: SecondFactor) -> Result<Option<Checkable>, StoreError>;
    async fn settle(&self, submission: &Submission) -> Result<Settled, StoreError>;
    async fn replayed(&self, key: &ReplayKey, now: Timestamp) -> Result<Option<String>, StoreError>;
    async fn fresh_codes(&self, session: SessionId, now: Timestamp) -> Result<Option<String>, StoreError>;
    async fn forget_fresh_codes(&self, session: SessionId) -> Result<(), StoreError>;
    async fn record_attempt(&self, attempt: &AttemptRecord) -> Result<(), StoreError>;
    async fn unlock(&self, user: UserId) -> Result<bool, StoreError>;
    async fn begin_enrolment(&self, pending: &PendingEnrolment, ticket: &TicketCheck) -> Result<EnrolmentBegun, StoreError>;
    async fn issue_ticket(&self, user: UserId, ticket: &TokenHash, expires_at: Timestamp) -> Result<bool, StoreError>;
    async fn ticket_state(&self, user: UserId) -> Result<TicketState, StoreError>;
    async fn pending_enrolment(&self, session: SessionId, now: Timestamp) -> Result<Option<PendingEnrolment>, StoreError>;
    async fn open_enrolment(&self, session: SessionId, token: Option<&TokenHash>, now: Timestamp) -> Result<EnrolmentTry, StoreError>;
    async fn try_enrolment(&self, failed: &FailedTry) -> Result<EnrolmentTry, StoreError>;
    async fn drop_enrolment(&self, session: SessionId) -> Result<bool, StoreError>;
    async fn commit_enrolment(&self, commit: &EnrolmentCommit) -> Result<Committed, StoreError>;
    async fn reseal(&self, user: UserId, from: &StoredFactors, to: &StoredFactors) -> Result<bool, StoreError>;
    async fn all_factors(&self) -> Result<Vec<(UserId, StoredFactors)>, StoreError>;
    async fn remove_factors(&self, user: UserId, keep: Option<(SessionId, TokenHash, TokenHash)>, at: Timestamp) -> Result<bool, StoreError>;
});
passes_on!(impl AuthenticatorStore {
    async fn authenticators(&self, user: UserId) -> Result<Vec<Authenticator>, StoreError>;
    async fn add_authenticator(&self, addition: &AuthenticatorAddition) -> Result<AuthenticatorAdded, StoreError>;
    async fn rename_authenticator(&self, user: UserId, id: AuthenticatorId, name: &str) -> Result<bool, StoreError>;
    async fn all_further_authenticators(&self) -> Result<Vec<FurtherAuthenticator>, StoreError>;
    async fn reseal_authenticator(&self, from: &FurtherAuthenticator, sealed: &str) -> Result<bool, StoreError>;
});
passes_on!(impl PasskeyStore {
    async fn passkeys(&self, user: UserId) -> Result<Vec<Passkey>, StoreError>;
    async fn credentials(&self, user: UserId) -> Result<Vec<Vec<u8>>, StoreError>;
    async fn register_passkey(&self, registration: &PasskeyRegistration) -> Result<Registered, StoreError>;
    async fn use_passkey(&self, used: &PasskeyUse) -> Result<Used, StoreError>;
    async fn rename_passkey(&self, user: UserId, id: PasskeyId, name: &str) -> Result<bool, StoreError>;
});
passes_on!(impl TrustedDeviceStore {
    async fn trusted_devices(&self, user: UserId) -> Result<Vec<TrustedDevice>, StoreError>;
    async fn trust_device(&self, trust: &DeviceTrust) -> Result<bool, StoreError>;
    async fn use_trusted_device(&self, usage: &DeviceUse) -> Result<DeviceUsed, StoreError>;
    async fn forget_trusted_devices(&self, user: UserId, which: DeviceSelection) -> Result<u64, StoreError>;
    async fn delete_expired_devices(&self, trusted_before: Timestamp, expired_before: Timestamp) -> Result<u64, StoreError>;
});
passes_on!(impl SentCodeStore {
    async fn begin_code(&self, code: &NewSentCode) -> Result<CodeBegun, StoreError>;
    async fn sent_codes(&self, user: UserId, session: SessionId, kind: CodeKind, now: Timestamp) -> Result<SentCodes, StoreError>;
    async fn number_of(&self, user: UserId) -> Result<StoredNumber, StoreError>;
    async fn void_code(&self, id: EventId) -> Result<(), StoreError>;
});
passes_on!(impl AuditStore {
    async fn append(&self, event: &AuditEvent) -> Result<(), StoreError>;
    async fn recent(&self, user: UserId, before: Option<EventId>, limit: u32) -> Result<Vec<AuditEvent>, StoreError>;
    async fn forget_before(&self, before: Timestamp) -> Result<u64, StoreError>;
});
passes_on!(impl MailStore {
    async fn claim_mail(&self, now: Timestamp, leased_until: Timestamp) -> Result<Option<QueuedMail>, StoreError>;
    async fn finish_mail(&self, mail: &QueuedMail) -> Result<bool, StoreError>;
    async fn postpone_mail(&self, mail: &QueuedMail, due: Timestamp, attempts: u32) -> Result<bool, StoreError>;
    async fn forget_mail(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError>;
    async fn waiting_mail(&self) -> Result<u64, StoreError>;
});
passes_on!(impl KeyStore {
    async fn sentinel(&self, candidate: &str) -> Result<String, StoreError>;
    async fn reseal_sentinel(&self, from: &str, to: &str) -> Result<bool, StoreError>;
    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError>;
    async fn ensure_signing_key(&self, key: &StoredSigningKey) -> Result<Vec<StoredSigningKey>, StoreError>;
    async fn add_signing_key(&self, key: &StoredSigningKey, after: &str, revoke: &[String]) -> Result<bool, StoreError>;
    async fn reseal_signing_key(&self, kid: &str, from: &str, to: &str) -> Result<bool, StoreError>;
    async fn forget_signing_keys(&self, kids: &[String]) -> Result<u64, StoreError>;
    async fn peppers(&self) -> Result<Vec<(String, String)>, StoreError>;
    async fn put_pepper(&self, master: &str, sealed: &str) -> Result<(), StoreError>;
});
passes_on!(impl Store {
    async fn ready(&self) -> Result<(), StoreError>;
    async fn concerns(&self) -> Result<Vec<String>, StoreError>;
});
