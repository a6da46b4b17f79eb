//! Comparison of the database's migrations with those of this version, and the names of rows of the `meta` table.

use postern_model::store::StoreError;

/// The `meta` row of the sentinel that detects a wrong master key.
pub(crate) const SENTINEL: &str = "key_sentinel";
/// Prefix of the `meta` rows of peppers; the master key's identifier follows.
pub(crate) const PEPPER: &str = "pepper:";

/// Compares the applied migrations with those of this version, which are numbered from one to `latest`. Migrations of a
/// newer version are accepted: they only add, so this version keeps running while replicas are replaced one by one.
pub(crate) fn compare(latest: i32, applied: &[i32]) -> Result<(), StoreError> {
    match (1..=latest).find(|version| !applied.contains(version)) {
        Some(missing) => Err(StoreError::Schema(format!("migration V{missing} is missing; run the migrations"))),
        None => Ok(()),
    }
}

/// Returns the numbers of the embedded migrations.
#[cfg(test)]
pub(crate) fn numbers(runner: &refinery::Runner) -> Vec<i32> {
    let mut numbers: Vec<_> = runner.get_migrations().iter().map(refinery::Migration::version).collect();
    numbers.sort_unstable();
    numbers
}
