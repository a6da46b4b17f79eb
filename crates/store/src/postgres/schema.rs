//! Migrations, and the check that the schema is the one that this version needs.

use std::time::Duration;

use postern_model::store::StoreError;
use refinery::Runner;
use tokio_postgres::Client;

use super::PostgresStore;
use super::error::{Failure, connection};
use super::pool::Db;
use super::widths;
use crate::authenticator_rows::CHECKED;
use crate::rows::tickets::TICKET;
use crate::rows::{ENABLED, ENROLMENT, FACTORS, SIGNING_KEY, USER};

mod embedded {
    refinery::embed_migrations!("../../migrations/postgres");
}

const HISTORY: &str = "postern.schema_history";
/// "postern" in ASCII: the advisory lock under which one process at a time migrates.
const LOCK: i64 = 0x0070_6f73_7465_726e;
/// Time limit for all migrations together, including the wait for another process.
const PATIENCE: Duration = Duration::from_secs(600);

/// Privileges that the role needs.
const PRIVILEGES: [(&str, &[&str]); 17] = [
    ("users", &["SELECT", "INSERT", "UPDATE"]),
    ("user_2fa_settings", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("user_2fa_attempts", &["SELECT", "INSERT", "DELETE"]),
    ("postern.sessions", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.pending_enrolments", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.authenticators", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.passkeys", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.trusted_devices", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.replays", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.fresh_codes", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.hand_overs", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.host_tokens", &["SELECT", "INSERT", "DELETE"]),
    ("postern.user_groups", &["SELECT", "INSERT", "DELETE"]),
    ("postern.meta", &["SELECT", "INSERT", "UPDATE"]),
    ("postern.enrolment_tickets", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.audit_events", &["SELECT", "INSERT", "DELETE"]),
    ("postern.signing_keys", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
];

/// Columns that the first migration relies on and that some copies of the guide's tables lack.
const BEFORE_THE_FIRST: &str = "ALTER TABLE IF EXISTS user_2fa_settings ADD COLUMN IF NOT EXISTS user_id uuid; \
    ALTER TABLE IF EXISTS user_2fa_attempts ADD COLUMN IF NOT EXISTS user_id uuid, \
    ADD COLUMN IF NOT EXISTS attempt_type varchar(20), ADD COLUMN IF NOT EXISTS success boolean, \
    ADD COLUMN IF NOT EXISTS created_at timestamp DEFAULT (now() AT TIME ZONE 'UTC')";

/// Number of the last migration.
const LATEST: i32 = 13;

fn runner() -> Runner {
    let mut runner = embedded::migrations::runner();
    runner.set_migration_table_name(HISTORY);
    runner.set_abort_missing(false)
}

/// Implements [`PostgresStore::migrate`](super::PostgresStore::migrate).
pub(super) async fn migrate(store: &PostgresStore) -> Result<Vec<String>, StoreError> {
    // Most starts have no migration to apply.
    let mut db = store.db().await?;
    if check(&mut db).await.is_ok() {
        return Ok(Vec::new());
    }
    drop(db);
    let pooled = store.0.connector.pooled();
    let connector = match &store.0.direct {
        Some(direct) => direct,
        None if pooled => {
            let reason = "migrations need a direct connection, and store.url leads to a connection pooler: set \
                          store.listen_url";
            return Err(StoreError::Refused(reason.to_owned()));
        }
        None => &store.0.connector,
    };
    let (mut client, task) = connector.open_for_migrations().await.map_err(Failure::from)?;
    let migrated = tokio::time::timeout(PATIENCE, locked(&mut client)).await;
    // Closing the connection also releases the lock.
    task.abort();
    migrated.unwrap_or_else(|_| Err(StoreError::Unavailable("migrations timed out".to_owned())))
}

async fn locked(client: &mut Client) -> Result<Vec<String>, StoreError> {
    // While we waited long for a lock on `users`, all queries of the backend would queue behind us.
    let settings = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0";
    client.batch_execute(settings).await.map_err(Failure::from)?;
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.map_err(Failure::from)?;
    client.batch_execute("SET lock_timeout = '10s'").await.map_err(Failure::from)?;
    // `CREATE SCHEMA IF NOT EXISTS` requires the right to create schemas even if the schema exists.
    let exists = client.query_opt("SELECT 1 FROM pg_namespace WHERE nspname = 'postern'", &[]).await;
    if exists.map_err(Failure::from)?.is_none() {
        client.batch_execute("CREATE SCHEMA postern").await.map_err(Failure::from)?;
    }
    let first = client.query_one("SELECT to_regclass($1::text) IS NULL", &[&HISTORY]).await.map_err(Failure::from)?;
    if first.try_get(0).unwrap_or(false) {
        client.batch_execute(BEFORE_THE_FIRST).await.map_err(Failure::from)?;
    }
    let report = runner().run_async(client).await.map_err(|error| StoreError::Schema(connection(&error)))?;
    widths::widen(client).await?;
    Ok(report.applied_migrations().iter().map(ToString::to_string).collect())
}

/// Checks that the schema is the one that this version needs: all its migrations, and every column in place.
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
        format!(
            "SELECT {CHECKED}, a.name, a.created_at, a.factor_id, f.totp_name FROM postern.authenticators a, user_2fa_settings f LIMIT 0"
        ),
        format!("SELECT {TICKET} FROM postern.enrolment_tickets t LIMIT 0"),
        format!("SELECT {SIGNING_KEY} FROM postern.signing_keys LIMIT 0"),
        format!("SELECT {} LIMIT 0", super::sessions::VIEW),
    ] {
        db.run(&sql, &[]).await?;
    }
    widths::check(db).await?;
    check_unique(db).await
}

/// Whether one row per user is enforced where statements rely on it (`ON CONFLICT (user_id)`).
async fn check_unique(db: &mut Db<'_>) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
               WHERE i.indrelid = to_regclass($1::text) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL \
               AND i.indnkeyatts = 1 AND a.attname = $2::text";
    for (table, column) in [("user_2fa_settings", "user_id"), ("users", "google_id"), ("users", "email")] {
        if db.row(sql, &[&table, &column]).await?.is_none() {
            let text = format!("{table}.{column} has no unique index; remove duplicates, then run the migrations");
            return Err(StoreError::Schema(text));
        }
    }
    Ok(())
}

/// Checks that the server accepts writes: not a standby, not set to read only, and with the privileges that the role
/// needs.
pub(super) async fn check_writable(db: &mut Db<'_>) -> Result<(), StoreError> {
    let sql = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean";
    let row = db.row(sql, &[]).await?;
    if row.is_some_and(|row| row.try_get(0).unwrap_or(true)) {
        return Err(StoreError::Unavailable(
            "PostgreSQL is read-only (a standby, or default_transaction_read_only)".to_owned(),
        ));
    }
    let sql = "SELECT needed.tab || ': ' || needed.privilege FROM unnest($1::text[], $2::text[]) AS needed (tab, privilege) \
               WHERE NOT has_table_privilege(needed.tab, needed.privilege) LIMIT 1";
    let needed =
        PRIVILEGES.iter().flat_map(|(table, privileges)| privileges.iter().map(move |privilege| (table, privilege)));
    let (tables, privileges): (Vec<String>, Vec<String>) =
        needed.map(|(table, privilege)| (table.to_string(), privilege.to_string())).unzip();
    match db.row(sql, &[&tables, &privileges]).await? {
        Some(row) => {
            let missing: String = row.try_get(0).unwrap_or_default();
            Err(StoreError::Schema(format!("the role lacks a privilege ({missing}); grant it")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_migration_is_the_last_one() {
        assert_eq!(crate::schema::numbers(&runner()), (1..=LATEST).collect::<Vec<_>>());
    }
}
