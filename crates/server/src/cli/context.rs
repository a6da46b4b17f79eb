//! The configuration and store that commands on users, sessions and keys use.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::id::{EventId, SessionId, UserId};
use postern_model::store::{Store, StoreError};
use postern_model::user::User;
use tokio::runtime::Builder;

use super::error::CommandError;
use super::operator::Operator;
use super::settings::Settings;
use crate::signing::KeysError;
use crate::storage::Storage;
use crate::system::{SystemClock, SystemEntropy};
use postern_config::Config;

/// Idle time after which a thread for blocking work ends on a single processor. A process with one thread avoids reference
/// counts on its files in every system call.
const BLOCKING_KEPT: Duration = Duration::from_millis(100);

/// A configuration and its store, open and ready.
pub(super) struct Context {
    pub(super) config: Config,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    operator: Operator,
}

/// A change by an operator.
pub(super) struct Change<'a> {
    pub(super) kind: AuditKind,
    pub(super) user: Option<UserId>,
    pub(super) session: Option<SessionId>,
    pub(super) detail: &'a str,
}

impl<'a> Change<'a> {
    /// A change of an account, or with `None` of the whole gateway.
    pub(super) fn administered(user: Option<UserId>, detail: &'a str) -> Self {
        Self { kind: AuditKind::Administered, user, session: None, detail }
    }
}

impl Context {
    /// Reads the configuration and opens the store; its schema must be there.
    pub(super) async fn open(settings: &Settings) -> Result<Self, CommandError> {
        let config = settings.load()?.config;
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::default());
        let store = Storage::open(&config, Arc::clone(&entropy))?.port();
        store.ready().await?;
        let operator = Operator::of_process(&settings.environment);
        Ok(Self { config, store, clock: Arc::new(SystemClock), entropy, operator })
    }

    /// Writes a change to the audit log: the operator, the affected user, and the source.
    pub(super) async fn audit(&self, change: Change<'_>) -> Result<(), CommandError> {
        let event = AuditEvent {
            id: EventId::draw(self.entropy.as_ref()),
            at: self.clock.now(),
            kind: change.kind,
            user: change.user,
            session: change.session,
            caller: self.operator.caller(),
            detail: Some(change.detail.to_owned()),
        };
        Ok(self.store.append(&event).await?)
    }

    /// Finds a user by e-mail address or identifier.
    pub(super) async fn user(&self, who: &str) -> Result<User, CommandError> {
        let found = match who.parse() {
            Ok(id) => self.store.user(id).await?,
            Err(_) => self.store.user_by_email(who).await?,
        };
        found.ok_or_else(|| CommandError::Failed(format!("no such user: {who:?}; list users with postern users list")))
    }
}

/// Runs an asynchronous command to its end.
pub(super) fn block_on<T>(command: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    let alone = std::thread::available_parallelism().is_ok_and(|processors| processors.get() == 1);
    let mut builder = if alone { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    if alone {
        builder.thread_keep_alive(BLOCKING_KEPT);
    }
    let runtime = builder.enable_all().build()?;
    let result = runtime.block_on(command);
    // The store's background tasks hold nothing that must be flushed.
    runtime.shutdown_background();
    result
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let remedy = match &error {
            StoreError::Unavailable(_) => "; check store.url and that the database runs",
            StoreError::Schema(_) => "; run postern migrate",
            StoreError::Corrupt { .. } | StoreError::Unsuitable(_) | StoreError::Clock(_) | StoreError::Refused(_) => {
                ""
            }
        };
        Self::Store(format!("{error}{remedy}"))
    }
}

impl From<KeysError> for CommandError {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Store(error) => error.into(),
            KeysError::WrongMaster | KeysError::Unusable(_) | KeysError::Refused(_) => Self::Failed(error.to_string()),
        }
    }
}
