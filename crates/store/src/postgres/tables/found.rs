//! The columns that are there.

use postern_model::store::StoreError;
use tokio_postgres::Row;

use super::super::error::Failure;
use super::columns::Column;
use super::reader::Reader;

/// Column of one of the three tables.
pub(super) struct Found {
    pub(super) table: String,
    pub(super) name: String,
    /// `pg_type.typname`, of a domain its base type's.
    pub(super) base: String,
    pub(super) is_enum: bool,
    /// The type as SQL spells it.
    pub(super) shown: String,
    pub(super) not_null: bool,
    /// Whether it has a default, or is an identity or generated column.
    pub(super) fills: bool,
    /// Whether a trigger may fill it.
    pub(super) by_trigger: bool,
}

/// Reads the columns of the tables that exist.
pub(super) async fn columns(reader: &mut Reader<'_, '_>) -> Result<Vec<Found>, StoreError> {
    // Bits of tgtype: for each row 1, before 2, on INSERT 4.
    let sql = "SELECT t.tab, a.attname::text, b.typname::text, b.typtype = 'e', format_type(a.atttypid, a.atttypmod), \
               a.attnotnull OR y.typnotnull, a.atthasdef OR a.attidentity <> '', EXISTS (SELECT 1 FROM pg_trigger g \
               WHERE g.tgrelid = a.attrelid AND NOT g.tgisinternal AND g.tgtype & 7 = 7) \
               FROM (VALUES ('users'), ('user_2fa_settings'), ('user_2fa_attempts')) AS t (tab) \
               JOIN pg_attribute a ON a.attrelid = to_regclass(t.tab) JOIN pg_type y ON y.oid = a.atttypid \
               JOIN pg_type b ON b.oid = CASE WHEN y.typtype = 'd' THEN y.typbasetype ELSE y.oid END \
               WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
    let rows = reader.rows(sql).await?;
    rows.iter().map(|row| read(row).map_err(|error| Failure::from(error).into())).collect()
}

fn read(row: &Row) -> Result<Found, tokio_postgres::Error> {
    Ok(Found {
        table: row.try_get(0)?,
        name: row.try_get(1)?,
        base: row.try_get(2)?,
        is_enum: row.try_get(3)?,
        shown: row.try_get(4)?,
        not_null: row.try_get(5)?,
        fills: row.try_get(6)?,
        by_trigger: row.try_get(7)?,
    })
}

/// Converts every value, and returns why one does not convert.
pub(super) async fn refused_value(
    reader: &mut Reader<'_, '_>,
    column: &Column,
    using: &str,
) -> Result<Option<String>, StoreError> {
    let sql = format!("SELECT count({using}) FROM {}", column.table);
    match reader.rows(&sql).await {
        Ok(_) => Ok(None),
        Err(failure) => match failure.data_exception() {
            Some(reason) => Ok(Some(reason)),
            None => Err(failure.into()),
        },
    }
}
