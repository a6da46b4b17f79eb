//! The dependencies that every operation of this crate needs.

use std::sync::Arc;
use std::time::Duration;

use crate::audit_counts::AuditCounts;
use postern_keystore::{BackupFormat, Keyring, SessionToken};
use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::clock::{Clock, Timestamp};
use postern_model::entropy::Entropy;
use postern_model::id::{EventId, SessionId, UserId};
use postern_model::session::{Caller, SessionView, TokenHash};
use postern_model::store::{Store, StoreError};
use postern_model::ticket::TicketPolicy;
use tokio::sync::Semaphore;

use crate::access::{Policy, Standing, standing};
use crate::factors::PasskeySettings;

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
    counts: Arc<AuditCounts>,
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
        Self { store, keyring, clock, entropy, settings, hash_slots, counts: Arc::default() }
    }

    /// Counts account events in these counters.
    #[must_use]
    pub fn with_counts(self, counts: Arc<AuditCounts>) -> Self {
        Self { counts, ..self }
    }

    /// Returns the active policy.
    pub fn policy(&self) -> &Policy {
        &self.settings.policy
    }

    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the session of a token, straight from the store. `None` if there is no session or it is over.
    pub async fn session(&self, token: &SessionToken) -> Result<Option<SessionView>, StoreError> {
        self.session_of(&token.hash()).await
    }

    /// Returns the session of a token that is presented at a host (its name, without a port). `None` if there is no
    /// session or it is over.
    pub async fn session_at(&self, token: &SessionToken, host: &str) -> Result<Option<SessionView>, StoreError> {
        self.session_of(&token.hash_at(host)).await
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
