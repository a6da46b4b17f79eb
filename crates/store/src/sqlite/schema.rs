//! Migrations, and the check that the schema is the one that this version needs.

use postern_model::store::StoreError;
use refinery::Runner;
use rusqlite::Connection;

use super::connection::all;
use super::error::Failure;
use crate::authenticator_rows::CHECKED;
use crate::rows::sent_codes::SENT_CODE;
use crate::rows::tickets::TICKET;
use crate::rows::{ENABLED, ENROLMENT, FACTORS, SIGNING_KEY, USER};

mod embedded {
    refinery::embed_migrations!("../../migrations/sqlite");
}

const HISTORY: &str = "postern_schema_history";

/// Number of the last migration.
const LATEST: i32 = 17;

fn runner() -> Runner {
    let mut runner = embedded::migrations::runner();
    runner.set_migration_table_name(HISTORY);
    runner.set_abort_missing(false)
}

/// Implements [`SqliteStore::migrate`](super::SqliteStore::migrate).
pub(super) fn migrate(connection: &mut Connection) -> Result<Vec<String>, Failure> {
    // Most starts have no migration to apply; finding that out does not require reading the migrations.
    if check(connection).is_ok() {
        return Ok(Vec::new());
    }
    match runner().run(connection) {
        Ok(report) => {
            check(connection)?;
            Ok(report.applied_migrations().iter().map(ToString::to_string).collect())
        }
        // Another process was faster.
        Err(_) if check(connection).is_ok() => Ok(Vec::new()),
        Err(error) => Err(StoreError::Schema(error.to_string()).into()),
    }
}

/// Checks that the schema is the one that this version needs: all migrations and no others, and every column in place.
pub(super) fn check(connection: &Connection) -> Result<(), Failure> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";
    if all(connection, sql, [HISTORY], |_| Ok(()))?.is_empty() {
        return Err(StoreError::Schema("the database was never migrated; run the migrations".to_owned()).into());
    }
    let mut statement = connection.prepare(&format!("SELECT version FROM {HISTORY}"))?;
    let applied = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<i32>, _>>()?;
    crate::schema::compare(LATEST, &applied)?;
    for sql in [
        format!("SELECT {USER}, u.oidc_issuer, u.updated_at FROM users u LIMIT 0"),
        format!("SELECT {FACTORS} FROM user_2fa_settings f WHERE {ENABLED} LIMIT 0"),
        format!("SELECT {ENROLMENT} FROM postern_pending_enrolments p LIMIT 0"),
        format!(
            "SELECT {CHECKED}, a.name, a.created_at, a.factor_id, f.totp_name FROM postern_authenticators a, user_2fa_settings f LIMIT 0"
        ),
        format!("SELECT {TICKET} FROM postern_enrolment_tickets t LIMIT 0"),
        format!("SELECT {SENT_CODE}, user_id, session_id, kind FROM postern_sent_codes LIMIT 0"),
        format!("SELECT {SIGNING_KEY} FROM postern_signing_keys LIMIT 0"),
        format!("SELECT {} LIMIT 0", super::sessions::view_columns()),
    ] {
        all(connection, &sql, [], |_| Ok(())).map_err(dropped)?;
    }
    Ok(())
}

/// What is missing although every migration was applied was dropped since.
fn dropped(failure: Failure) -> Failure {
    match failure.0 {
        StoreError::Schema(text) => {
            let missing = text.trim_end_matches("; run the migrations");
            let remedy = "restore it from a backup, or add it as a new database has it";
            Failure(StoreError::Unsuitable(format!("{missing} though its migration was applied: {remedy}")))
        }
        other => Failure(other),
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
