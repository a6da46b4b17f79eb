//! Migrations, and the check that the schema is the one that this version needs.

use std::time::Duration;

use postern_model::store::StoreError;
use tokio_postgres::Client;

use super::PostgresStore;
use super::connect::Connector;
use super::error::{Failure, connection};
use super::migrations::{HISTORY, runner};
use super::pool::Db;
use super::tables::{self, Judgement, Reader};

/// "postern" in ASCII: the advisory lock under which one process at a time migrates.
const LOCK: i64 = 0x0070_6f73_7465_726e;
/// Time limit for all migrations together, including the wait for another process.
const PATIENCE: Duration = Duration::from_secs(600);

/// Privileges that the role needs.
const PRIVILEGES: [(&str, &[&str]); 20] = [
    ("users", &["SELECT", "INSERT", "UPDATE"]),
    ("user_2fa_settings", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("user_2fa_attempts", &["SELECT", "INSERT", "DELETE"]),
    ("postern.sessions", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.pending_enrolments", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.authenticators", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.passkeys", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.trusted_devices", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.sent_codes", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.mail_queue", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.replays", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.fresh_codes", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.hand_overs", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.host_tokens", &["SELECT", "INSERT", "DELETE"]),
    // UPDATE for the row locks of a clean-up.
    ("postern.kept_posts", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.user_groups", &["SELECT", "INSERT", "DELETE"]),
    ("postern.meta", &["SELECT", "INSERT", "UPDATE"]),
    ("postern.enrolment_tickets", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("postern.audit_events", &["SELECT", "INSERT", "DELETE"]),
    ("postern.signing_keys", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
];

/// Number of the last migration.
const LATEST: i32 = 19;

/// Implements [`PostgresStore::migrate`](super::PostgresStore::migrate).
pub(super) async fn migrate(store: &PostgresStore) -> Result<Vec<String>, StoreError> {
    // Most starts have no migration to apply.
    let mut db = store.db().await?;
    if check(&mut db).await.is_ok() {
        return Ok(Vec::new());
    }
    drop(db);
    let connector = connector(store)?;
    let (mut client, task) = connector.open_for_migrations().await.map_err(Failure::from)?;
    let migrated = tokio::time::timeout(PATIENCE, locked(&mut client)).await;
    // Closing the connection also releases the lock.
    task.abort();
    migrated.unwrap_or_else(|_| Err(StoreError::Unavailable("migrations timed out".to_owned())))
}

/// The connector that does not lead to a pooler.
fn connector(store: &PostgresStore) -> Result<&Connector, StoreError> {
    match &store.0.direct {
        Some(direct) => Ok(direct),
        None if store.0.connector.pooled() => {
            let reason = "migrations need a direct connection, and store.url leads to a connection pooler: set \
                          store.listen_url";
            Err(StoreError::Refused(reason.to_owned()))
        }
        None => Ok(&store.0.connector),
    }
}

async fn locked(client: &mut Client) -> Result<Vec<String>, StoreError> {
    // While we waited long for a lock on `users`, all queries of the backend would queue behind us.
    let settings = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0";
    client.batch_execute(settings).await.map_err(Failure::from)?;
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.map_err(Failure::from)?;
    client.batch_execute("SET lock_timeout = '10s'").await.map_err(Failure::from)?;
    let found = judge(&mut Reader::Migrating(client)).await?.0;
    found.unobstructed()?;
    // `CREATE SCHEMA IF NOT EXISTS` requires the right to create schemas even if the schema exists.
    let exists = client.query_opt("SELECT 1 FROM pg_namespace WHERE nspname = 'postern'", &[]).await;
    if exists.map_err(Failure::from)?.is_none() {
        client.batch_execute("CREATE SCHEMA postern").await.map_err(Failure::from)?;
    }
    let mut done = tables::mend(client, &found).await?;
    let report = runner().run_async(client).await.map_err(|error| StoreError::Unsuitable(connection(&error)))?;
    done.extend(report.applied_migrations().iter().map(ToString::to_string));
    let left = judge(&mut Reader::Migrating(client)).await?.0;
    left.unobstructed()?;
    done.extend(tables::mend(client, &left).await?);
    judge(&mut Reader::Migrating(client)).await?.0.result()?;
    Ok(done)
}

/// Implements [`PostgresStore::may_migrate`](super::PostgresStore::may_migrate).
pub(super) async fn may_migrate(store: &PostgresStore) -> Result<(), StoreError> {
    let mut db = store.db().await?;
    connector(store)?;
    check_accepts_writes(&mut db).await?;
    let sql = "SELECT CASE \
        WHEN to_regnamespace('postern') IS NULL AND NOT has_database_privilege(current_database(), 'CREATE') \
        THEN 'CREATE on the database, for schema postern' \
        WHEN NOT has_schema_privilege(to_regnamespace('postern')::oid, 'CREATE') THEN 'CREATE on schema postern' \
        ELSE (SELECT 'ownership of ' || min(t.tab) FROM unnest($1::text[]) AS t (tab) \
        JOIN pg_class c ON c.oid = to_regclass(t.tab) WHERE NOT pg_has_role(c.relowner, 'USAGE')) END";
    let tables: Vec<String> = PRIVILEGES.iter().map(|(table, _)| (*table).to_owned()).collect();
    let lacking = db.row(sql, &[&tables]).await?.and_then(|row| row.try_get::<_, Option<String>>(0).ok().flatten());
    if let Some(lacking) = lacking {
        return Err(StoreError::Unsuitable(format!(
            "the role cannot migrate (it lacks {lacking}); run postern migrate as the owner of the tables"
        )));
    }
    judge(&mut Reader::Pooled(&mut db)).await?.0.unobstructed()
}

/// Implements [`Store::concerns`](postern_model::store::Store::concerns).
pub(super) async fn concerns(db: &mut Db<'_>) -> Result<Vec<String>, StoreError> {
    Ok(judge(&mut Reader::Pooled(db)).await?.0.concerns)
}

/// Examines the tables; also returns the applied migrations, `None` if there never was one.
async fn judge(reader: &mut Reader<'_, '_>) -> Result<(Judgement, Option<Vec<i32>>), StoreError> {
    let known = reader.rows(&format!("SELECT to_regclass('{HISTORY}') IS NOT NULL")).await?;
    let applied: Option<Vec<i32>> = match known.first().is_some_and(|row| row.try_get(0).unwrap_or(false)) {
        true => {
            let rows = reader.rows(&format!("SELECT version FROM {HISTORY}")).await?;
            Some(rows.iter().filter_map(|row| row.try_get(0).ok()).collect())
        }
        false => None,
    };
    let judgement = tables::judge(reader, applied.as_deref().unwrap_or_default(), LATEST).await?;
    Ok((judgement, applied))
}

/// Checks that the schema is the one that this version needs: all its migrations, and every column in place.
pub(super) async fn check(db: &mut Db<'_>) -> Result<(), StoreError> {
    let (judgement, applied) = judge(&mut Reader::Pooled(db)).await?;
    judgement.unobstructed()?;
    let Some(applied) = applied else {
        return Err(StoreError::Schema("the database was never migrated; run the migrations".to_owned()));
    };
    crate::schema::compare(LATEST, &applied)?;
    judgement.result()
}

/// Checks that the server accepts writes: not a standby, not set to read only, and with the privileges that the role
/// needs.
pub(super) async fn check_writable(db: &mut Db<'_>) -> Result<(), StoreError> {
    check_accepts_writes(db).await?;
    let sql = "SELECT needed.tab || ': ' || needed.privilege FROM unnest($1::text[], $2::text[]) AS needed (tab, privilege) \
               WHERE NOT has_table_privilege(needed.tab, needed.privilege) LIMIT 1";
    let needed =
        PRIVILEGES.iter().flat_map(|(table, privileges)| privileges.iter().map(move |privilege| (table, privilege)));
    let (tables, privileges): (Vec<String>, Vec<String>) =
        needed.map(|(table, privilege)| (table.to_string(), privilege.to_string())).unzip();
    match db.row(sql, &[&tables, &privileges]).await? {
        Some(row) => {
            let missing: String = row.try_get(0).unwrap_or_default();
            Err(StoreError::Unsuitable(format!("the role lacks a privilege ({missing}); grant it")))
        }
        None => Ok(()),
    }
}

async fn check_accepts_writes(db: &mut Db<'_>) -> Result<(), StoreError> {
    let sql = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean";
    let row = db.row(sql, &[]).await?;
    if row.is_some_and(|row| row.try_get(0).unwrap_or(true)) {
        return Err(read_only());
    }
    Ok(())
}

/// Error of a server that takes no writes.
pub(super) fn read_only() -> StoreError {
    StoreError::Unavailable("PostgreSQL is read-only (a standby, or default_transaction_read_only)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_migration_is_the_last_one() {
        assert_eq!(crate::schema::numbers(&runner()), (1..=LATEST).collect::<Vec<_>>());
    }
}
