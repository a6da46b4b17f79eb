//! A pooled connection for one operation: limited in time, and never returned to the pool in an unknown state.

use std::future::Future;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use postern_model::invalidation::Invalidation;
use postern_model::mail::MailKinds;
use postern_model::store::StoreError;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::connect::Connector;
use super::error::{Failure, connection};
use super::params::Params;
use super::{Inner, PostgresOptions, PostgresStore};
use crate::notice;

/// Creates the pool; connects nothing.
pub(super) fn build(connector: &Connector, options: &PostgresOptions) -> Result<Pool, StoreError> {
    let fast = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let limit = Some(options.acquire_timeout);
    Pool::builder(Manager::from_connect(connector.config.clone(), connector.clone(), fast))
        .max_size(options.pool_size.max(1))
        .timeouts(Timeouts { wait: limit, create: limit, recycle: limit })
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Refused(error.to_string()))
}

impl PostgresStore {
    /// Borrows a connection for one operation, whose time limit starts now.
    pub(super) async fn db(&self) -> Result<Db<'_>, StoreError> {
        let deadline = Instant::now() + self.0.operation_timeout;
        let client = self.0.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(_) => StoreError::Unavailable("no connection to PostgreSQL in time".to_owned()),
            PoolError::Backend(error) => Failure::from(error).into(),
            other => StoreError::Unavailable(connection(&other)),
        })?;
        Ok(Db { store: &self.0, client: Some(client), deadline, unsettled: false })
    }
}

/// Borrowed connection. If dropped inside a transaction or after a timeout, it closes the connection instead of
/// returning it.
pub(super) struct Db<'s> {
    store: &'s Inner,
    client: Option<Object>,
    deadline: Instant,
    unsettled: bool,
}

impl Db<'_> {
    /// Returns all rows. Statements are unnamed: parsed, bound and run in one round trip.
    pub(super) async fn rows(&mut self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Failure> {
        let client = self.client()?;
        let typed: Vec<(&(dyn ToSql + Sync), Type)> = typed(params);
        let rows = bounded(self.deadline, client.query_typed(sql, &typed)).await;
        self.note(rows)
    }

    /// Returns the first row, if any.
    pub(super) async fn row(&mut self, sql: &str, params: Params<'_>) -> Result<Option<Row>, Failure> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// Returns the number of affected rows.
    pub(super) async fn run(&mut self, sql: &str, params: Params<'_>) -> Result<u64, Failure> {
        let client = self.client()?;
        let typed: Vec<(&(dyn ToSql + Sync), Type)> = typed(params);
        let count = bounded(self.deadline, client.execute_typed(sql, &typed)).await;
        self.note(count)
    }

    /// Opens a transaction with isolation level "read committed", whatever the server's default; row locks provide the
    /// rest.
    pub(super) async fn begin(&mut self) -> Result<(), Failure> {
        self.unsettled = true;
        self.batch("BEGIN ISOLATION LEVEL READ COMMITTED").await
    }

    /// Commits, with a notice to every replica for each change, and notifies this store's own subscribers. They are
    /// notified even if the response to the commit was lost, since it may have succeeded.
    pub(super) async fn commit(mut self, changes: &[Invalidation]) -> Result<(), Failure> {
        let notices: Vec<String> = changes.iter().map(|change| notice::encode(*change)).collect();
        if !notices.is_empty() {
            let sql = "SELECT pg_notify($1::text, notice) FROM unnest($2::text[]) AS notice";
            self.run(sql, &[&notice::CHANNEL, &notices]).await?;
        }
        let committed = self.batch("COMMIT").await;
        self.store.sinks.tell(changes);
        self.unsettled = committed.is_err();
        committed
    }

    /// Marks a place in the transaction, which hides any other mark. What fails behind it can be undone with [`Db::rollback_to_mark`]; without
    /// that, a failed statement fails the whole transaction.
    pub(super) async fn mark(&mut self) -> Result<(), Failure> {
        self.batch("SAVEPOINT mark").await
    }

    /// Undoes what was done since [`Db::mark`].
    pub(super) async fn rollback_to_mark(&mut self) -> Result<(), Failure> {
        self.batch("ROLLBACK TO SAVEPOINT mark").await
    }

    /// Rolls the transaction back.
    pub(super) async fn rollback(mut self) -> Result<(), Failure> {
        self.batch("ROLLBACK").await?;
        self.unsettled = false;
        Ok(())
    }

    /// Returns the kinds of mail to queue.
    pub(super) fn wanted_mail(&self) -> MailKinds {
        self.store.mail.get()
    }

    async fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        let client = self.client()?;
        let done = bounded(self.deadline, client.batch_execute(sql)).await;
        self.note(done)
    }

    fn client(&self) -> Result<&Object, Failure> {
        self.client.as_ref().ok_or(Failure::TimedOut)
    }

    /// After a timeout a response is still pending on the connection.
    fn note<T>(&mut self, result: Result<T, Failure>) -> Result<T, Failure> {
        if matches!(result, Err(Failure::TimedOut)) {
            self.unsettled = true;
        }
        result
    }
}

impl Drop for Db<'_> {
    fn drop(&mut self) {
        if self.unsettled
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

fn typed<'p>(params: Params<'p>) -> Vec<(&'p (dyn ToSql + Sync), Type)> {
    params.iter().map(|param| (*param as &(dyn ToSql + Sync), param.sql_type())).collect()
}

async fn bounded<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Failure> {
    match timeout_at(deadline, work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Failure::TimedOut),
    }
}
