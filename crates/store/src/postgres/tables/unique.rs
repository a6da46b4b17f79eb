//! Columns in which every value must be in one row only.

use postern_model::store::StoreError;

use super::reader::Reader;

/// `ON CONFLICT` and simultaneous first sign-ins rely on them: table, column, and the index that is made.
const UNIQUE: [(&str, &str, &str); 3] = [
    ("user_2fa_settings", "user_id", "postern_settings_user"),
    ("users", "google_id", "postern_users_google_id"),
    ("users", "email", "postern_users_email_unique"),
];
/// Number of values that occur several times and are named.
const NAMED: usize = 5;

/// A missing unique index.
pub(super) struct Missing {
    pub(super) path: String,
    pub(super) sql: String,
    /// The rows that keep it from being made, and what to do.
    pub(super) obstacle: Option<String>,
}

/// Returns the missing ones whose column is there.
pub(super) async fn missing(reader: &mut Reader<'_, '_>) -> Result<Vec<Missing>, StoreError> {
    let mut missing = Vec::new();
    for (table, column, index) in UNIQUE {
        let sql = format!(
            "SELECT 1 FROM pg_attribute c WHERE c.attrelid = to_regclass('{table}') AND c.attname = '{column}' AND NOT EXISTS \
             (SELECT 1 FROM pg_index i WHERE i.indrelid = c.attrelid AND i.indkey[0] = c.attnum AND i.indisunique \
             AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1)"
        );
        if !reader.rows(&sql).await?.is_empty() {
            missing.push(Missing {
                path: format!("{table}.{column}"),
                sql: format!("CREATE UNIQUE INDEX {index} ON {table} ({column})"),
                obstacle: duplicates(reader, table, column).await?,
            });
        }
    }
    Ok(missing)
}

/// Names values that are in several rows: of `users` by the rows' identifiers, since addresses are nobody else's business.
async fn duplicates(reader: &mut Reader<'_, '_>, table: &str, column: &str) -> Result<Option<String>, StoreError> {
    let named = match table {
        "users" => "'users ' || string_agg(id::text, ' and ' ORDER BY id::text)".to_owned(),
        _ => format!("{column}::text || ' (' || count(*) || ' rows)'"),
    };
    let sql = format!(
        "SELECT {named} FROM {table} WHERE {column} IS NOT NULL GROUP BY {column} HAVING count(*) > 1 ORDER BY 1"
    );
    let found = reader.texts(&sql).await?;
    if found.is_empty() {
        return Ok(None);
    }
    let more = if found.len() > NAMED { format!(" and {} more", found.len() - NAMED) } else { String::new() };
    let named = found.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let values = match found.len() {
        1 => "1 of its values is".to_owned(),
        several => format!("{several} of its values are"),
    };
    Ok(Some(format!(
        "{table}.{column} must be unique, and {values} in several rows: {named}{more}; delete the rows that do not count, then run \
         postern migrate"
    )))
}
