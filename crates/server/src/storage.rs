//! Chooses between the PostgreSQL and the SQLite store, according to the configuration.

use std::future::Future;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use postern_model::entropy::Entropy;
use postern_model::invalidation::InvalidationSink;
use postern_model::store::{Store, StoreError};
use postern_store::{PostgresOptions, PostgresStore, SqliteStore};
use rustix::fs::{Access, access};

use postern_config::Config;

use crate::system::SystemClock;

/// The file of the embedded store in the state directory.
const FILE: &str = "postern.sqlite3";

/// An opened store. Clones share it.
#[derive(Clone)]
pub enum Storage {
    /// PostgreSQL.
    Postgres(PostgresStore),
    /// SQLite in the state directory.
    Sqlite(SqliteStore),
}

impl Storage {
    /// Opens the configured store, which queues the mail that the configuration wants. PostgreSQL is connected on first use; a
    /// missing SQLite file is created.
    ///
    /// # Errors
    /// [`StoreError`] when the URL or certificates are not usable, or the file cannot be opened.
    pub fn open(config: &Config, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let notices = config.mail.as_ref().map(|mail| mail.notices).unwrap_or_default();
        match &config.store.url {
            Some(url) => {
                let options = PostgresOptions {
                    url: url.clone(),
                    root_certificates: config.store.root_certificates.clone(),
                    pool_size: config.store.pool_size as usize,
                    acquire_timeout: config.store.connect_timeout,
                    operation_timeout: config.store.query_timeout,
                    listen_url: config.store.listen_url.clone(),
                    clock: Some(Arc::new(SystemClock)),
                };
                let store = PostgresStore::connect(&options, entropy)?;
                store.queue_mail(notices);
                Ok(Self::Postgres(store))
            }
            None => {
                let folder = &config.state_dir;
                make_folder(folder).map_err(|error| unusable(folder, &error))?;
                let file = folder.join(FILE);
                let store = SqliteStore::open(&file, entropy).map_err(|error| match error {
                    StoreError::Unavailable(what) => StoreError::Unsuitable(format!("{}: {what}", file.display())),
                    other => other,
                })?;
                store.queue_mail(notices);
                Ok(Self::Sqlite(store))
            }
        }
    }

    /// Opens a store in memory, whose data is lost when its last clone is dropped.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when SQLite cannot be set up.
    pub fn in_memory(entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        SqliteStore::open_in_memory(entropy).map(Self::Sqlite)
    }

    /// Whether the store could be made where it does not exist yet. Makes nothing.
    ///
    /// # Errors
    /// [`StoreError::Unsuitable`] if `state_dir`, or the part of it that is there, is no folder that this process may write to.
    pub fn may_be_made(config: &Config) -> Result<(), StoreError> {
        let folder = &config.state_dir;
        let part = |part| if part == Path::new("") { Path::new(".") } else { part };
        let Some(there) = folder.ancestors().map(part).find(|part| part.exists()) else { return Ok(()) };
        let writable = match there.is_dir() {
            true => access(there, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from),
            false => Err(io::Error::from(io::ErrorKind::NotADirectory)),
        };
        writable.map_err(|error| unusable(folder, &error))
    }

    /// Whether a store exists: a database URL is configured, or the SQLite file is there.
    pub fn is_there(config: &Config) -> bool {
        config.store.url.is_some() || config.state_dir.join(FILE).exists()
    }

    /// The store behind its trait.
    pub fn port(&self) -> Arc<dyn Store> {
        match self {
            Self::Postgres(store) => Arc::new(store.clone()),
            Self::Sqlite(store) => Arc::new(store.clone()),
        }
    }

    /// The name of the database, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "PostgreSQL",
            Self::Sqlite(_) => "SQLite",
        }
    }

    /// Brings the schema up to date; returns the names of the migrations that this call applied.
    ///
    /// # Errors
    /// [`StoreError::Schema`] when a migration failed or the database is newer than this version.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Postgres(store) => store.migrate().await,
            Self::Sqlite(store) => store.migrate().await,
        }
    }

    /// Checks that [`migrate`](Self::migrate) would succeed, without changing anything.
    ///
    /// # Errors
    /// [`StoreError`], with the remedy.
    pub async fn may_migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Postgres(store) => store.may_migrate().await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Whether notices of changes do not arrive: a connection pooler answers, and no direct URL is configured. Known after
    /// the first connection.
    pub fn hears_no_notices(&self) -> bool {
        match self {
            Self::Postgres(store) => store.hears_no_notices(),
            Self::Sqlite(_) => false,
        }
    }

    /// Adds a subscriber to changes.
    pub fn subscribe(&self, sink: Arc<dyn InvalidationSink>) {
        match self {
            Self::Postgres(store) => store.subscribe(sink),
            Self::Sqlite(store) => store.subscribe(sink),
        }
    }

    /// Forwards changes made by other replicas until the future is dropped. A heartbeat every `beat_every` shows that
    /// no notification was lost. SQLite belongs to one process; the changes are those of the command line and of SQL.
    pub fn listen(&self, beat_every: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        match self {
            Self::Postgres(store) => Box::pin(store.listen(beat_every)),
            Self::Sqlite(store) => {
                let store = store.clone();
                Box::pin(async move { store.listen(Arc::new(SystemClock), beat_every).await })
            }
        }
    }
}

/// The error for a state directory in which no store can be made.
fn unusable(folder: &Path, error: &io::Error) -> StoreError {
    let folder = folder.display();
    StoreError::Unsuitable(format!(
        "state_dir {folder}: {error}; name a folder that the gateway's user may write to, or set store.url"
    ))
}

/// Makes the folder and those above it that are missing. Each belongs to the owner of the folder that it is made in: what
/// root's first command makes must not be in the way of the service.
fn make_folder(folder: &Path) -> io::Result<()> {
    let there = folder.ancestors().find(|above| above.exists()).map(std::fs::metadata).transpose()?;
    let missing: Vec<&Path> = folder.ancestors().take_while(|above| !above.exists()).collect();
    std::fs::create_dir_all(folder)?;
    const ROOT: u32 = 0;
    if let Some(owner) = there.filter(|owner| owner.uid() != ROOT && rustix::process::geteuid().is_root()) {
        for made in missing.into_iter().filter(|made| !made.as_os_str().is_empty()) {
            chown(made, Some(owner.uid()), Some(owner.gid()))?;
        }
    }
    Ok(())
}
