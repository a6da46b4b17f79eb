//! The server's clock. It decides which rows are old: a replica with a wrong clock must not delete data that all
//! replicas share.

use std::time::Duration;

use postern_model::clock::Timestamp;
use postern_model::store::StoreError;

use super::PostgresStore;
use super::pool::Db;
use super::values::Moment;

/// Largest difference between the clocks of the process and the server at which the process is ready.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(30);

const NOW: &str = "SELECT clock_timestamp() AT TIME ZONE 'UTC'";

/// Fails if the clock of this process differs from the server's by more than the tolerance.
pub(super) async fn check(store: &PostgresStore, db: &mut Db<'_>) -> Result<(), StoreError> {
    let Some(clock) = &store.0.clock else { return Ok(()) };
    let before = clock.now();
    let server = read(db).await?;
    let after = clock.now();
    let (behind, ahead) = (server.since(after), before.since(server));
    let (difference, side) = if ahead > behind { (ahead, "ahead of") } else { (behind, "behind") };
    if difference > CLOCK_TOLERANCE {
        let seconds = difference.as_secs();
        return Err(StoreError::Clock(format!("this process is {seconds} s {side} PostgreSQL")));
    }
    Ok(())
}

/// Converts a time of this process to the server's clock.
///
/// Returns `at` unchanged without a clock to compare with.
pub(super) async fn by_server(store: &PostgresStore, db: &mut Db<'_>, at: Timestamp) -> Result<Timestamp, StoreError> {
    let Some(clock) = &store.0.clock else { return Ok(at) };
    let own = clock.now();
    let server = read(db).await?;
    let moved = at.as_micros().saturating_add(server.as_micros().saturating_sub(own.as_micros()));
    Ok(Timestamp::from_micros(moved))
}

async fn read(db: &mut Db<'_>) -> Result<Timestamp, StoreError> {
    let row = db.row(NOW, &[]).await?;
    let moment = row.and_then(|row| row.try_get::<_, Moment>(0).ok());
    moment.map(|moment| moment.0).ok_or_else(|| StoreError::Unavailable("PostgreSQL told no time".to_owned()))
}
