//! Connections, and running statements on them away from the asynchronous threads.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use postern_model::change::Change;
use postern_model::store::StoreError;
use rusqlite::{Connection, OpenFlags, Params, Transaction, TransactionBehavior};

use super::SqliteStore;
use super::error::{Failure, statement};
use super::values::SqliteColumns;
use crate::rows::Columns;

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// How a transaction ends.
pub(super) enum End<T> {
    /// Commits, then tells the subscribers.
    Commit(T, Vec<Change>),
    /// Rolls back.
    Nothing(T),
}

/// Opens the writer and the reader of a file.
pub(super) fn open_file(path: &Path) -> Result<(Connection, Connection), StoreError> {
    let refused = |reason: &dyn std::fmt::Display| {
        StoreError::Unavailable(format!("the database file {} cannot be opened: {reason}", path.display()))
    };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // SQLite gives its side files the permissions of this one.
    options.open(path).map_err(|error| refused(&error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || Connection::open_with_flags(path, flags).and_then(settled);
    let writer = open().map_err(|error| refused(&error))?;
    let reader = open().map_err(|error| refused(&error))?;
    Ok((writer, reader))
}

/// Opens a database in memory.
pub(super) fn open_memory() -> Result<Connection, StoreError> {
    Connection::open_in_memory().and_then(settled).map_err(|error| statement(&error))
}

fn settled(connection: Connection) -> Result<Connection, rusqlite::Error> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // What was spent or ended stays so when the power fails.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

impl SqliteStore {
    /// Runs statements that only read.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        blocking(move || with(store.0.reader.as_ref().unwrap_or(&store.0.writer), |connection| work(connection))).await
    }

    /// Runs one transaction. `BEGIN IMMEDIATE`: what it reads stays true until it ends.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<End<T>, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        blocking(move || {
            let (value, changes) = with(&store.0.writer, |connection| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                match work(&transaction)? {
                    End::Commit(value, changes) => {
                        transaction.commit()?;
                        Ok((value, changes))
                    }
                    End::Nothing(value) => Ok((value, Vec::new())),
                }
            })?;
            // In here, so that it happens even where the caller went away meanwhile.
            store.0.sinks.tell(&changes);
            Ok(value)
        })
        .await
    }

    /// Runs something on the writer outside of a transaction.
    pub(super) async fn on_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        blocking(move || with(&store.0.writer, work)).await
    }
}

/// The rows of a query.
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

/// The first row of a query, if any.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&mut dyn Columns) -> Result<T, StoreError>,
) -> Result<Option<T>, Failure> {
    Ok(all(connection, sql, params, read)?.into_iter().next())
}

/// How many rows a statement touched.
pub(super) fn run(connection: &Connection, sql: &str, params: impl Params) -> Result<usize, Failure> {
    Ok(connection.prepare_cached(sql)?.execute(params)?)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(|Failure(error)| error),
        Err(_) => Err(StoreError::Unavailable("the database's thread ended".to_owned())),
    }
}

/// Takes the connection. After a panic its transaction has been rolled back, so it can be used again.
fn with<T>(
    connection: &Mutex<Connection>,
    work: impl FnOnce(&mut Connection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
}
