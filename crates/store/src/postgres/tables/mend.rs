//! Changes of the tables as they were found, in one transaction.

use postern_model::store::StoreError;
use tokio_postgres::Client;

use super::super::error::Failure;
use super::columns::Kind;
use super::narrow::around_triggers;
use super::{Conversion, Judgement};

/// Converts and adds columns, and makes the indexes and triggers that are missing. Returns what was done.
pub(in super::super) async fn mend(client: &mut Client, judgement: &Judgement) -> Result<Vec<String>, StoreError> {
    let mut done = Vec::new();
    let mut statements = Vec::new();
    for change in &judgement.conversions {
        done.push(format!("{} {} instead of {}", change.column.path(), change.column.sql_type(), change.found));
        statements.push(converting(change));
    }
    for column in &judgement.additions {
        if !judgement.is_first {
            done.push(format!("{} {}", column.path(), column.definition));
        }
        let (table, name, definition) = (column.table, column.name, column.definition);
        statements.push(format!("ALTER TABLE {table} ADD COLUMN {name} {definition}"));
    }
    for narrow in &judgement.narrow {
        done.push(format!("{}.{} widened", narrow.table, narrow.column));
        statements.push(narrow.widening());
    }
    for index in &judgement.indexes {
        done.push(format!("unique index of {}", index.path));
        statements.push(index.sql.clone());
    }
    for trigger in &judgement.triggers {
        done.push(format!("trigger {}", trigger.name));
        statements.push(trigger.sql.clone());
    }
    if !statements.is_empty() {
        let transaction = client.transaction().await.map_err(Failure::from)?;
        transaction.batch_execute(&statements.join(";\n")).await.map_err(Failure::from)?;
        transaction.commit().await.map_err(Failure::from)?;
    }
    Ok(done)
}

/// Our triggers that read a column are made again around the change of its type.
fn converting(change: &Conversion) -> String {
    let (table, name, wanted) = (change.column.table, change.column.name, change.column.sql_type());
    let default = match change.column.definition.split_once(" DEFAULT ") {
        Some((_, default)) if change.has_default => format!(", ALTER COLUMN {name} SET DEFAULT {default}"),
        _ => String::new(),
    };
    let identity = match change.column.kind {
        Kind::Id => format!("ALTER TABLE {table} ALTER COLUMN {name} DROP IDENTITY IF EXISTS; "),
        _ => String::new(),
    };
    let using = &change.using;
    around_triggers(
        table,
        &format!(
            "{identity}ALTER TABLE {table} ALTER COLUMN {name} DROP DEFAULT, ALTER COLUMN {name} TYPE {wanted} \
             USING {using}{default}"
        ),
    )
}
