//! SQLite connections, whose statements run off the asynchronous threads.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_model::invalidation::Invalidation;
use postern_model::store::StoreError;
use rusqlite::{Connection, OpenFlags, Params, Transaction, TransactionBehavior};
use tokio::sync::Semaphore;

use super::SqliteStore;
use super::error::{Failure, statement};
use super::values::SqliteColumns;
use crate::rows::{self, Columns};

/// Size of a connection's page cache, in pages of 4 KiB.
const PAGES_KEPT: u32 = 32;
/// Time that a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
/// Maximum number of callers of a connection that have a thread each. Further threads would only wait for the
/// connection and use memory.
const THREADS: usize = 1;

/// Connection that callers use one at a time.
pub(super) struct Shared {
    connection: Mutex<Connection>,
    threads: Arc<Semaphore>,
}

/// End of a transaction.
pub(super) enum End<T> {
    /// Commits, then notifies the subscribers.
    Commit(T, Vec<Invalidation>),
    /// Rolls back.
    Nothing(T),
}

/// Opens the writer and the reader of a file.
pub(super) fn open_file(path: &Path) -> Result<(Connection, Connection), StoreError> {
    let refused = |reason: &dyn std::fmt::Display| {
        StoreError::Unavailable(format!("the database file {} cannot be opened: {reason}", path.display()))
    };
    create_missing(path).map_err(|error| refused(&error))?;
    #[cfg(unix)]
    belong_to_the_folder(path).map_err(|error| refused(&error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || Connection::open_with_flags(path, flags).and_then(settled);
    let writer = open().map_err(|error| refused(&error))?;
    let reader = open().map_err(|error| refused(&error))?;
    Ok((writer, reader))
}

/// Creates the file for its owner only; SQLite gives its side files the same permissions and owner.
///
/// An existing file is not opened: closing it would release the locks that this process holds on it through other
/// connections (`fcntl`(2), "record locks"), and the next program that opens the database would then remove the log under
/// them (SQLite, "How To Corrupt An SQLite Database File" §2.2).
fn create_missing(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Gives the file to the owner of its folder: a command that an administrator runs as root before the first start must
/// not leave a file that the service cannot open.
#[cfg(unix)]
fn belong_to_the_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, lchown};
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (folder, own) = (std::fs::metadata(folder)?, std::fs::symlink_metadata(path)?);
    const ROOT: u32 = 0;
    if own.uid() == ROOT && folder.uid() != ROOT {
        // Whoever can write to the folder may have put a link there, to a file that is not theirs.
        lchown(path, Some(folder.uid()), Some(folder.gid()))?;
    }
    Ok(())
}

/// Opens a database in memory.
pub(super) fn open_memory() -> Result<Connection, StoreError> {
    Connection::open_in_memory().and_then(settled).map_err(|error| statement(&error))
}

fn settled(connection: Connection) -> Result<Connection, rusqlite::Error> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A used code or an ended session must stay so after a power failure.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Sessions in use are in their own cache, and the system caches the file's pages, so a small page cache suffices
    // here.
    connection.pragma_update(None, "cache_size", PAGES_KEPT)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

impl From<Connection> for Shared {
    fn from(connection: Connection) -> Self {
        Self { connection: Mutex::new(connection), threads: Arc::new(Semaphore::new(THREADS)) }
    }
}

impl SqliteStore {
    /// Runs statements that only read.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        blocking(self.reader(), move || with(store.reader(), |connection| work(connection))).await
    }

    /// Runs one transaction. With `BEGIN IMMEDIATE`, the data that it read cannot change until it ends.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<End<T>, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        blocking(&self.0.writer, move || {
            with(&store.0.writer, |connection| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                match work(&transaction)? {
                    End::Commit(value, changes) => {
                        transaction.commit()?;
                        // Done here, so that it happens even if the caller was cancelled meanwhile, and before anybody
                        // else uses the writer: [`super::listen`] relies on that.
                        store.0.sinks.tell(&changes);
                        Ok(value)
                    }
                    End::Nothing(value) => Ok(value),
                }
            })
        })
        .await
    }

    /// Runs a closure on the writer outside of a transaction.
    pub(super) async fn on_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        blocking(&self.0.writer, move || with(&store.0.writer, work)).await
    }

    fn reader(&self) -> &Shared {
        self.0.reader.as_ref().unwrap_or(&self.0.writer)
    }
}

/// Returns the readable rows of a list; see [`rows::readable`].
pub(super) fn readable<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&mut dyn Columns) -> Result<T, StoreError>,
) -> Result<Vec<T>, Failure> {
    let rows = all(connection, sql, params, |columns| Ok(read(columns)))?;
    Ok(rows::readable(rows.into_iter())?)
}

/// Returns the rows of a query.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&mut dyn Columns) -> Result<T, StoreError>,
) -> Result<Vec<T>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(&mut SqliteColumns::new(row))?);
    }
    Ok(found)
}

/// Returns the first row of a query, if any.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&mut dyn Columns) -> Result<T, StoreError>,
) -> Result<Option<T>, Failure> {
    Ok(all(connection, sql, params, read)?.into_iter().next())
}

/// Returns the number of rows that a statement affected.
pub(super) fn run(connection: &Connection, sql: &str, params: impl Params) -> Result<usize, Failure> {
    Ok(connection.prepare_cached(sql)?.execute(params)?)
}

async fn blocking<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, StoreError> {
    let ended = || StoreError::Unavailable("the database's thread ended".to_owned());
    let thread = Arc::clone(&shared.threads).acquire_owned().await.map_err(|_| ended())?;
    let work = move || {
        // Held until the work is done, even if the caller was cancelled.
        let _thread = thread;
        work()
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(|Failure(error)| error),
        Err(_) => Err(ended()),
    }
}

/// Locks the connection. After a panic its transaction has been rolled back, so it can be used again.
fn with<T>(shared: &Shared, work: impl FnOnce(&mut Connection) -> Result<T, Failure>) -> Result<T, Failure> {
    work(&mut shared.connection.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_testkit::entropy::SeededEntropy;

    #[tokio::test]
    async fn work_that_panics_leaves_the_connection_to_the_next() {
        let store = SqliteStore::open_in_memory(Arc::new(SeededEntropy::default())).unwrap();
        for _ in 0..=THREADS {
            let panicked: Result<(), _> = store.read(|_| panic!("on purpose")).await;
            assert!(matches!(panicked, Err(StoreError::Unavailable(_))));
        }
        assert_eq!(store.read(|_| Ok(7)).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn whoever_goes_away_while_waiting_is_not_waited_for() {
        let store = SqliteStore::open_in_memory(Arc::new(SeededEntropy::default())).unwrap();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let reader = store.clone();
        let holding = async move {
            let work = move |_: &Connection| {
                begun.send(()).unwrap();
                Ok(released.recv().is_ok())
            };
            reader.read(work).await.unwrap()
        };
        let holder = tokio::spawn(holding);
        begins.await.unwrap();
        let others: Vec<_> = (0..10)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.read(|_| Ok(())).await })
            })
            .collect();
        // All of them wait now: one for the connection, the others for a thread.
        tokio::task::yield_now().await;
        others.iter().for_each(tokio::task::JoinHandle::abort);
        for other in others {
            assert!(other.await.is_err_and(|ended| ended.is_cancelled()));
        }
        release.send(()).unwrap();
        assert!(holder.await.unwrap());
        store.read(|_| Ok(())).await.unwrap();
    }
}
