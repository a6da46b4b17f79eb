//! The dependencies that every operation of this crate needs.

use std::sync::Arc;
use std::time::Duration;

use crate::audit_counts::AuditCounts;
use crate::device_counts::DeviceCounts;
use postern_keystore::{BackupFormat, BoundCookie, Keyring, SessionToken};
use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::clock::{Clock, Timestamp};
use postern_model::entropy::Entropy;
use postern_model::id::{EventId, SessionId, UserId};
use postern_model::kept_post::KeptPostStore;
use postern_model::sent_code::CodeSender;
use postern_model::session::{Caller, SessionView, TokenHash};
use postern_model::store::{Store, StoreError};
use postern_model::ticket::TicketPolicy;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::access::{Policy, Standing, is_usable, standing};
use crate::device_binding_settings::DeviceBindingSettings;
use crate::factors::PasskeySettings;
use crate::kept_posts::KeptPosts;
use crate::subject::Subject;

/// Settings of the operations.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Second-factor policy and lifetimes.
    pub policy: Policy,
    /// Which first enrolments need a ticket.
    pub tickets: TicketPolicy,
    /// The issuer label that authenticator apps show.
    pub totp_issuer: String,
    /// Format of backup codes.
    pub backup_format: BackupFormat,
    /// Passkeys; `None` if they are switched off.
    pub passkeys: Option<PasskeySettings>,
    /// Time for which a device can be trusted; `None` if none can.
    pub trusted_devices: Option<Duration>,
    /// Binding of sessions to their devices.
    pub device_binding: DeviceBindingSettings,
    /// Maximum number of parallel Argon2 computations; others wait.
    pub hash_slots: usize,
}

/// Operations on accounts and factors. Cheap to share behind an `Arc`.
pub struct Authn {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: Settings,
    pub(crate) hash_slots: Arc<Semaphore>,
    /// Sends codes by mail; `None` where none are sent.
    pub(crate) code_sender: Option<Arc<dyn CodeSender>>,
    /// Sends codes by SMS; `None` where none are sent.
    pub(crate) sms_sender: Option<Arc<dyn CodeSender>>,
    /// The deliveries of codes under way.
    pub(crate) deliveries: TaskTracker,
    counts: Arc<AuditCounts>,
    pub(crate) device_counts: Arc<DeviceCounts>,
}

impl Authn {
    /// Takes the ports and the settings.
    pub fn new(
        store: Arc<dyn Store>,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: Settings,
    ) -> Self {
        let hash_slots = Arc::new(Semaphore::new(settings.hash_slots.max(1)));
        Self {
            store,
            keyring,
            clock,
            entropy,
            settings,
            hash_slots,
            code_sender: None,
            sms_sender: None,
            deliveries: TaskTracker::new(),
            counts: Arc::default(),
            device_counts: Arc::default(),
        }
    }

    /// Counts account events in these counters.
    #[must_use]
    pub fn with_counts(self, counts: Arc<AuditCounts>) -> Self {
        Self { counts, ..self }
    }

    /// Counts bindings of sessions to devices, and proofs of devices, in these counters.
    #[must_use]
    pub fn with_device_counts(self, counts: Arc<DeviceCounts>) -> Self {
        Self { device_counts: counts, ..self }
    }

    /// Lets people be sent codes by mail.
    #[must_use]
    pub fn with_code_sender(self, sender: Option<Arc<dyn CodeSender>>) -> Self {
        Self { code_sender: sender, ..self }
    }

    /// Lets people be sent codes by SMS.
    #[must_use]
    pub fn with_sms_sender(self, sender: Option<Arc<dyn CodeSender>>) -> Self {
        Self { sms_sender: sender, ..self }
    }

    /// Runs deliveries of codes as tasks of this tracker. A delivery may outlast the request that asked for the code, so wait
    /// for the tracker before the process stops.
    #[must_use]
    pub fn with_deliveries(self, deliveries: TaskTracker) -> Self {
        Self { deliveries, ..self }
    }

    /// Returns the forms that are kept.
    pub fn kept_posts(&self) -> KeptPosts {
        let store = Arc::clone(&self.store) as Arc<dyn KeptPostStore>;
        KeptPosts::new(store, Arc::clone(&self.keyring), Arc::clone(&self.clock), Arc::clone(&self.entropy))
    }

    /// Returns the active policy.
    pub fn policy(&self) -> &Policy {
        &self.settings.policy
    }

    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the session of a token that this crate drew itself just now, straight from the store. `None` if there is no
    /// session or it is over.
    pub(crate) async fn session_of_own(&self, token: &SessionToken) -> Result<Option<SessionView>, StoreError> {
        self.session_of(&token.hash()).await
    }

    /// Returns the session of a token, straight from the store, without proof of a device. `None` if there is no session, if
    /// it is over, or if it is bound to a device.
    pub async fn session(&self, token: &SessionToken) -> Result<Option<SessionView>, StoreError> {
        self.session_proven(&token.hash(), None).await
    }

    /// Returns the session of a token that is presented at a host (its name, without a port), with the cookie of its device.
    /// `None` if there is no session, if it is over, or if it is bound to a device that the cookie does not prove.
    pub async fn session_at(
        &self,
        token: &SessionToken,
        host: &str,
        bound: Option<&BoundCookie>,
    ) -> Result<Option<SessionView>, StoreError> {
        self.session_proven(&token.hash_at(host), bound).await
    }

    /// Whether a session that is not over has this token, with or without a proof of its device.
    pub async fn has_session(&self, token: &SessionToken) -> Result<bool, StoreError> {
        Ok(self.session_of(&token.hash()).await?.is_some())
    }

    async fn session_proven(
        &self,
        token: &TokenHash,
        bound: Option<&BoundCookie>,
    ) -> Result<Option<SessionView>, StoreError> {
        Ok(self.session_of(token).await?.filter(|view| self.is_usable(view, bound)))
    }

    /// Whether a request with this cookie of a device may use a session: it is bound to no device, or the cookie proves its own.
    pub fn is_usable(&self, subject: &(impl Subject + ?Sized), bound: Option<&BoundCookie>) -> bool {
        let (session, now) = (subject.session(), self.now());
        let key = subject.facts().device;
        let proof =
            key.zip(bound).map(|(key, bound)| self.keyring.prove_device(bound, session, key.id, now)).transpose();
        let usable = is_usable(subject, proof.as_ref().ok().and_then(Option::as_ref), now);
        if !usable {
            let reason = proof.as_ref().err().map(tracing::field::display);
            tracing::info!(session.id = %session, reason, "session refused: its device is not proven");
        }
        usable
    }

    /// Records that a session is in use, if the store lags behind by
    /// [`SessionLimits::seen_step`](postern_model::access::SessionLimits::seen_step) or more. A failure to write is logged: it is
    /// no reason to refuse the request.
    pub async fn record_use(&self, view: &SessionView) {
        let now = self.now();
        if now.since(view.session.last_seen_at) < self.settings.policy.limits.seen_step() {
            return;
        }
        if let Err(error) = self.store.record_seen(&[(view.session.id, now)]).await {
            tracing::warn!(session.id = %view.session.id, %error, "last use of a session not written");
        }
    }

    async fn session_of(&self, token: &TokenHash) -> Result<Option<SessionView>, StoreError> {
        let view = self.store.session(token).await?;
        Ok(view.filter(|view| self.standing(view) != Standing::Over))
    }

    /// Returns the current state of a session.
    pub fn standing(&self, view: &SessionView) -> Standing {
        standing(view, &self.settings.policy, self.now())
    }

    /// Returns the CSRF token for the forms of this session.
    pub fn csrf_token(&self, session: SessionId) -> String {
        self.keyring.csrf_token(session)
    }

    /// Whether a form carries the CSRF token of this session. Constant time.
    pub fn csrf_matches(&self, session: SessionId, token: &str) -> bool {
        self.keyring.csrf_matches(session, token)
    }

    /// Appends an audit event. The audited action has already happened, so a failure to write is logged, not returned.
    pub(crate) async fn audit(
        &self,
        kind: AuditKind,
        user: Option<UserId>,
        session: Option<SessionId>,
        caller: &Caller,
        detail: Option<&str>,
    ) {
        self.counts.add(kind);
        let event = AuditEvent {
            id: EventId::draw(self.entropy.as_ref()),
            at: self.now(),
            kind,
            user,
            session,
            caller: caller.clone(),
            detail: detail.map(str::to_owned),
        };
        tracing::info!(
            event = kind.name(),
            user.id = user.map(tracing::field::display),
            session.id = session.map(tracing::field::display),
            client.address = caller.address.map(tracing::field::display),
            detail,
            "account event"
        );
        if let Err(error) = self.store.append(&event).await {
            tracing::error!(event = kind.name(), %error, "audit event not stored");
        }
    }
}
