//! The triggers that the migrations made. Dropping a column of theirs drops them too.

use postern_model::store::StoreError;

use super::reader::Reader;
use crate::postgres::migrations::runner;

/// A trigger, and the statement of the migration that makes it.
pub(super) struct Trigger {
    pub(super) name: String,
    pub(super) sql: String,
}

/// Returns those that are missing.
pub(super) async fn missing(reader: &mut Reader<'_, '_>) -> Result<Vec<Trigger>, StoreError> {
    let sql = "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal AND starts_with(tgname::text, 'postern_')";
    let there = reader.texts(sql).await?;
    Ok(all().into_iter().filter(|trigger| !there.contains(&trigger.name)).collect())
}

fn all() -> Vec<Trigger> {
    let runner = runner();
    let migrations = runner.get_migrations().iter().filter_map(|migration| migration.sql());
    migrations.flat_map(statements).collect()
}

fn statements(sql: &str) -> Vec<Trigger> {
    let bodies = sql.split("CREATE TRIGGER ").skip(1).filter_map(|rest| rest.split(';').next());
    let read = |body: &str| {
        let name = body.split_whitespace().next()?.to_owned();
        Some(Trigger { name, sql: format!("CREATE TRIGGER {body}") })
    };
    bodies.filter_map(read).collect()
}
