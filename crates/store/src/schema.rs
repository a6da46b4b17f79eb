//! Whether the migrations in the database are those that this version brings, and the names of rows of the `meta` table.

use postern_model::store::StoreError;

/// The `meta` row that tells a wrong master key.
pub(crate) const SENTINEL: &str = "key_sentinel";
/// What the names of the `meta` rows of peppers begin with; the master key's identifier follows.
pub(crate) const PEPPER: &str = "pepper:";

/// Compares what was applied with the migrations that there are, which are numbered from one to `latest`. Migrations of a newer
/// version are no fault: they only add, so this version serves on beside it while replicas are replaced one by one.
pub(crate) fn compare(latest: i32, applied: &[i32]) -> Result<(), StoreError> {
    match (1..=latest).find(|version| !applied.contains(version)) {
        Some(missing) => Err(StoreError::Schema(format!("migration V{missing} is missing; run the migrations"))),
        None => Ok(()),
    }
}

/// The numbers of the migrations that are embedded.
#[cfg(test)]
pub(crate) fn numbers(runner: &refinery::Runner) -> Vec<i32> {
    let mut numbers: Vec<_> = runner.get_migrations().iter().map(refinery::Migration::version).collect();
    numbers.sort_unstable();
    numbers
}
