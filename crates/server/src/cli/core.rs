//! What commands on users, sessions and keys work with.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::store::{Store, StoreError};
use postern_model::user::User;
use tokio::runtime::Builder;

use super::failure::Failure;
use super::settings::Settings;
use crate::os::{SystemClock, SystemEntropy};
use crate::signing::KeysError;
use crate::storage::Storage;
use postern_config::Config;

/// How long a thread for blocking work is kept on one processor. While the process has no other thread the kernel finds its
/// sockets without counting who else may use them, which every call pays for; the embedded store is asked every few seconds.
const BLOCKING_KEPT: Duration = Duration::from_millis(100);

/// A configuration and its store, open and ready.
pub(super) struct Core {
    pub(super) config: Config,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
}

impl Core {
    /// Reads the configuration and opens the store; its schema must be there.
    pub(super) async fn open(settings: &Settings) -> Result<Self, Failure> {
        let config = settings.load()?.config;
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::default());
        let store = Storage::open(&config, Arc::clone(&entropy))?.port();
        store.ready().await?;
        Ok(Self { config, store, clock: Arc::new(SystemClock), entropy })
    }

    /// The user that an operator means by an address or an identifier.
    pub(super) async fn user(&self, who: &str) -> Result<User, Failure> {
        let found = match who.parse() {
            Ok(id) => self.store.user(id).await?,
            Err(_) => self.store.user_by_email(who).await?,
        };
        found.ok_or_else(|| Failure::Failed(format!("there is no user {who:?}; postern users list shows all")))
    }
}

/// Runs a command that waits for things.
pub(super) fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // On one processor there is nothing to share, and what shares costs.
    let alone = std::thread::available_parallelism().is_ok_and(|processors| processors.get() == 1);
    let mut builder = if alone { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    if alone {
        builder.thread_keep_alive(BLOCKING_KEPT);
    }
    let runtime = builder.enable_all().build()?;
    let result = runtime.block_on(command);
    // Background work of the store has nothing left to do.
    runtime.shutdown_background();
    result
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let remedy = match &error {
            StoreError::Unavailable(_) => "; check store.url and that the database runs",
            StoreError::Schema(_) => "; run postern migrate",
            StoreError::Corrupt { .. } | StoreError::Clock(_) | StoreError::Refused(_) => "",
        };
        Self::Store(format!("{error}{remedy}"))
    }
}

impl From<KeysError> for Failure {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Store(error) => error.into(),
            KeysError::WrongMaster | KeysError::Unusable(_) | KeysError::Refused(_) => Self::Failed(error.to_string()),
        }
    }
}
