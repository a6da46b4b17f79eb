//! Columns that others made narrower than what is written to them.

use std::fmt;

use postern_model::store::StoreError;

use super::super::error::Failure;
use super::reader::Reader;

/// Columns, and the number of characters that they have to hold.
const NARROW: &str = "SELECT n.tab, n.col, n.width, a.atttypmod - 4, t.typelem <> 0 \
    FROM (VALUES ('users', 'google_id', 255), ('users', 'email', 255), ('users', 'full_name', 255), \
    ('users', 'avatar_url', 500), ('users', 'oidc_issuer', 255), ('user_2fa_settings', 'totp_secret', 255), \
    ('user_2fa_settings', 'backup_codes', 255), ('user_2fa_settings', 'sms_phone', 20), ('user_2fa_attempts', 'attempt_type', 20), \
    ('user_2fa_attempts', 'ip_address', 43), ('user_2fa_attempts', 'user_agent', 400)) AS n (tab, col, width) \
    JOIN pg_attribute a ON a.attrelid = to_regclass(n.tab) AND a.attname = n.col JOIN pg_type t ON t.oid = a.atttypid \
    WHERE a.atttypmod - 4 BETWEEN 0 AND n.width - 1 AND t.typname IN ('varchar', 'bpchar', '_varchar', '_bpchar')";

/// A column that holds too little.
pub(super) struct Narrow {
    pub(super) table: String,
    pub(super) column: String,
    width: i32,
    holds: i32,
    is_list: bool,
}

impl fmt::Display for Narrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, width, holds, .. } = self;
        write!(f, "{table}.{column} holds {holds} characters, and {width} are needed")
    }
}

impl Narrow {
    /// The statement that widens it, which rewrites nothing.
    pub(super) fn widening(&self) -> String {
        let Self { table, column, width, .. } = self;
        let list = if self.is_list { "[]" } else { "" };
        around_triggers(table, &format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({width}){list}"))
    }
}

/// Finds them.
pub(super) async fn narrow(reader: &mut Reader<'_, '_>) -> Result<Vec<Narrow>, StoreError> {
    let rows = reader.rows(NARROW).await?;
    let read = |row: &tokio_postgres::Row| {
        Ok(Narrow {
            table: row.try_get(0)?,
            column: row.try_get(1)?,
            width: row.try_get(2)?,
            holds: row.try_get(3)?,
            is_list: row.try_get(4)?,
        })
    };
    rows.iter().map(|row| read(row).map_err(|error: tokio_postgres::Error| Failure::from(error).into())).collect()
}

/// Runs statements that change a column's type while our triggers, which read it, are away.
pub(super) fn around_triggers(table: &str, statements: &str) -> String {
    format!(
        "DO $$ DECLARE
            made record;
            triggers text[] := '{{}}';
            statement text;
        BEGIN
            FOR made IN SELECT tgname, pg_get_triggerdef(oid) AS text FROM pg_trigger
                WHERE tgrelid = to_regclass('{table}') AND NOT tgisinternal AND starts_with(tgname::text, 'postern_')
            LOOP
                triggers := triggers || made.text;
                EXECUTE format('DROP TRIGGER %I ON {table}', made.tgname);
            END LOOP;
            {statements};
            FOREACH statement IN ARRAY triggers LOOP
                EXECUTE statement;
            END LOOP;
        END $$"
    )
}
