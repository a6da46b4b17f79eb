//! Whether the migrations in the database are those that this version brings.

use postern_model::store::StoreError;
use refinery::Runner;

/// Compares what was applied with what `runner` would apply.
pub(crate) fn compare(runner: &Runner, applied: &[i32]) -> Result<(), StoreError> {
    let known: Vec<i32> = runner.get_migrations().iter().map(refinery::Migration::version).collect();
    if let Some(missing) = known.iter().find(|version| !applied.contains(version)) {
        return Err(StoreError::Schema(format!("migration V{missing} is missing; run the migrations")));
    }
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        return Err(StoreError::Schema(format!("migration V{newer} is of a newer version; upgrade this one")));
    }
    Ok(())
}
