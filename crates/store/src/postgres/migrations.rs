//! The migrations of this version.

use refinery::Runner;

mod embedded {
    refinery::embed_migrations!("../../migrations/postgres");
}

/// Table of the applied migrations.
pub(super) const HISTORY: &str = "postern.schema_history";

/// Returns what applies them.
pub(super) fn runner() -> Runner {
    let mut runner = embedded::migrations::runner();
    runner.set_migration_table_name(HISTORY);
    runner.set_abort_missing(false)
}
