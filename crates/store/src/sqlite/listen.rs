//! Notices of changes by other processes: the command line, and administrators with SQL.
//!
//! SQLite counts, for each connection, the commits of all others (`PRAGMA data_version`). The writer's count stands
//! still while this process alone writes, so that a change of it means that somebody else did. What they changed is not
//! known, hence the notice of everything.

use std::sync::Arc;
use std::time::Duration;

use postern_model::clock::Clock;
use postern_model::invalidation::Invalidation;

use super::SqliteStore;

/// Compares the count at every beat, until it is dropped. An unchanged count proves that no notice is missing: the
/// changes of this process are told before the writer is free again.
pub(super) async fn run(store: SqliteStore, clock: Arc<dyn Clock>, beat_every: Duration) {
    let mut known: Option<i64> = None;
    loop {
        let as_of = clock.now();
        let count = |connection: &mut rusqlite::Connection| {
            Ok(connection.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0))?)
        };
        match store.on_writer(count).await {
            Ok(count) => {
                if known != Some(count) {
                    store.0.sinks.tell(&[Invalidation::Everything]);
                }
                known = Some(count);
                store.0.sinks.complete_until(as_of);
            }
            Err(error) => {
                tracing::debug!(%error, "changes by other processes could not be looked for");
                known = None;
            }
        }
        tokio::time::sleep(beat_every).await;
    }
}
