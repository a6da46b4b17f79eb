//! The schema: bringing it up to date, and telling whether it is.

use std::time::Duration;

use postern_model::store::StoreError;
use refinery::Runner;
use tokio_postgres::Client;

use super::connect::Connector;
use super::error::{Failure, connection};
use super::pool::Db;
use crate::rows::{ENABLED, ENROLMENT, FACTORS, SIGNING_KEY, USER};

mod embedded {
    refinery::embed_migrations!("../../migrations/postgres");
}

const HISTORY: &str = "postern.schema_history";
/// "postern" in ASCII: the advisory lock under which one process at a time migrates.
const LOCK: i64 = 0x0070_6f73_7465_726e;
/// Longest time for all migrations together; waiting for another process is part of it.
const PATIENCE: Duration = Duration::from_secs(600);

/// The number of the last migration.
const LATEST: i32 = 5;

fn runner() -> Runner {
    let mut runner = embedded::migrations::runner();
    runner.set_migration_table_name(HISTORY);
    runner.set_abort_missing(false)
}

/// See [`PostgresStore::migrate`](super::PostgresStore::migrate).
pub(super) async fn migrate(connector: &Connector) -> Result<Vec<String>, StoreError> {
    let (mut client, task) = connector.open_settled().await.map_err(Failure::from)?;
    let migrated = tokio::time::timeout(PATIENCE, locked(&mut client)).await;
    // The connection's end also gives the lock back.
    task.abort();
    migrated.unwrap_or_else(|_| Err(StoreError::Unavailable("the migrations did not end in time".to_owned())))
}

async fn locked(client: &mut Client) -> Result<Vec<String>, StoreError> {
    // A lock on `users` that does not come soon would queue the whole backend behind it.
    let settings = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0";
    client.batch_execute(settings).await.map_err(Failure::from)?;
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.map_err(Failure::from)?;
    client.batch_execute("SET lock_timeout = '10s'").await.map_err(Failure::from)?;
    // `CREATE SCHEMA IF NOT EXISTS` wants the right to create schemas even where it exists.
    let exists = client.query_opt("SELECT 1 FROM pg_namespace WHERE nspname = 'postern'", &[]).await;
    if exists.map_err(Failure::from)?.is_none() {
        client.batch_execute("CREATE SCHEMA postern").await.map_err(Failure::from)?;
    }
    let report = runner().run_async(client).await.map_err(|error| StoreError::Schema(connection(&error)))?;
    Ok(report.applied_migrations().iter().map(ToString::to_string).collect())
}

/// Whether the schema is the one that this version needs: all its migrations, and every column in place.
pub(super) async fn check(db: &mut Db<'_>) -> Result<(), StoreError> {
    let known = db.row("SELECT to_regclass($1::text) IS NOT NULL", &[&HISTORY]).await?;
    if !known.is_some_and(|row| row.try_get(0).unwrap_or(false)) {
        return Err(StoreError::Schema("the database was never migrated; run the migrations".to_owned()));
    }
    let rows = db.rows(&format!("SELECT version FROM {HISTORY}"), &[]).await?;
    let applied: Vec<i32> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
    crate::schema::compare(LATEST, &applied)?;
    for sql in [
        format!("SELECT {USER}, u.oidc_issuer, u.updated_at FROM users u LIMIT 0"),
        format!("SELECT {FACTORS} FROM user_2fa_settings f WHERE {ENABLED} LIMIT 0"),
        format!("SELECT {ENROLMENT} FROM postern.pending_enrolments p LIMIT 0"),
        format!("SELECT {SIGNING_KEY} FROM postern.signing_keys LIMIT 0"),
        format!("SELECT {} LIMIT 0", super::sessions::VIEW),
    ] {
        db.run(&sql, &[]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_migration_is_the_last_one() {
        assert_eq!(crate::schema::numbers(&runner()), (1..=LATEST).collect::<Vec<_>>());
    }
}
