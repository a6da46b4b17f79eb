//! Columns that others made narrower than what is written to them.

use postern_model::store::StoreError;
use tokio_postgres::Client;

use super::error::Failure;
use super::pool::Db;

/// Columns, and the number of characters that they have to hold.
const NARROW: &str = "SELECT n.tab, n.col, n.width, a.atttypmod - 4 AS holds, t.typelem <> 0 AS is_list \
    FROM (VALUES ('users', 'google_id', 255), ('users', 'email', 255), ('users', 'full_name', 255), \
    ('users', 'avatar_url', 500), ('users', 'oidc_issuer', 255), ('user_2fa_settings', 'totp_secret', 255), \
    ('user_2fa_settings', 'backup_codes', 255), ('user_2fa_attempts', 'attempt_type', 20), \
    ('user_2fa_attempts', 'user_agent', 400)) AS n (tab, col, width) \
    JOIN pg_attribute a ON a.attrelid = to_regclass(n.tab) AND a.attname = n.col JOIN pg_type t ON t.oid = a.atttypid \
    WHERE a.atttypmod - 4 BETWEEN 0 AND n.width - 1 AND t.typname IN ('varchar', 'bpchar', '_varchar', '_bpchar')";

/// Widens them, which rewrites nothing. Our triggers that read a column are made anew around the change. A column that
/// something else depends on (a view) stays as it is; [`check`] names it.
pub(super) async fn widen(client: &Client) -> Result<(), StoreError> {
    let sql = format!(
        "DO $$ DECLARE
            narrow record;
            made record;
            triggers text[];
            statement text;
        BEGIN
            FOR narrow IN {NARROW} LOOP
                BEGIN
                    triggers := '{{}}';
                    FOR made IN SELECT tgname, pg_get_triggerdef(oid) AS text FROM pg_trigger
                        WHERE tgrelid = to_regclass(narrow.tab) AND NOT tgisinternal AND starts_with(tgname, 'postern_')
                    LOOP
                        triggers := triggers || made.text;
                        EXECUTE format('DROP TRIGGER %I ON %I', made.tgname, narrow.tab);
                    END LOOP;
                    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE varchar(%s)%s', narrow.tab, narrow.col,
                        narrow.width, CASE WHEN narrow.is_list THEN '[]' ELSE '' END);
                    FOREACH statement IN ARRAY triggers LOOP
                        EXECUTE statement;
                    END LOOP;
                EXCEPTION WHEN OTHERS THEN
                    RAISE WARNING '%.% stays narrow: %', narrow.tab, narrow.col, SQLERRM;
                END;
            END LOOP;
        END $$"
    );
    Ok(client.batch_execute(&sql).await.map_err(Failure::from)?)
}

/// Names the first of them.
pub(super) async fn check(db: &mut Db<'_>) -> Result<(), StoreError> {
    let sql = format!("SELECT tab || '.' || col, holds, width FROM ({NARROW}) AS narrow LIMIT 1");
    let Some(row) = db.row(&sql, &[]).await? else { return Ok(()) };
    let column: String = row.try_get(0).unwrap_or_default();
    let (holds, width): (i32, i32) = (row.try_get(1).unwrap_or_default(), row.try_get(2).unwrap_or_default());
    Err(StoreError::Schema(format!(
        "{column} holds {holds} characters, and {width} are needed; the migrations widen it unless something such as a view \
         depends on it: drop that, then run the migrations"
    )))
}
