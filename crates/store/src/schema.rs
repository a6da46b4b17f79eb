//! Whether the migrations in the database are those that this version brings, and the names of rows of the `meta` table.

use postern_model::store::StoreError;
use refinery::Runner;

/// The `meta` row that tells a wrong master key.
pub(crate) const SENTINEL: &str = "key_sentinel";
/// What the names of the `meta` rows of peppers begin with; the master key's identifier follows.
pub(crate) const PEPPER: &str = "pepper:";

/// Compares what was applied with what `runner` would apply. Migrations of a newer version are no fault: they only add,
/// so this version serves on beside it while replicas are replaced one by one.
pub(crate) fn compare(runner: &Runner, applied: &[i32]) -> Result<(), StoreError> {
    let known: Vec<i32> = runner.get_migrations().iter().map(refinery::Migration::version).collect();
    if let Some(missing) = known.iter().find(|version| !applied.contains(version)) {
        return Err(StoreError::Schema(format!("migration V{missing} is missing; run the migrations")));
    }
    Ok(())
}
