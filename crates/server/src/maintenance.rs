//! Periodic work: writes last-seen times, releases memory, and deletes expired rows and old records.

use std::sync::Arc;
use std::time::Duration;

use postern_model::clock::Clock;
use postern_model::mail::GIVEN_UP_AFTER;
use postern_model::outage::{OutageLog, Told};
use postern_model::store::{Store, StoreError};
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use crate::stack::GatewayState;
use crate::telemetry::Metrics;
use crate::wiring::Services;

/// Interval between two batches of last-seen times.
const FLUSH: Duration = Duration::from_secs(5);
/// Interval between two health checks of the store.
const STORE_CHECK: Duration = Duration::from_secs(10);
/// Interval between two passes that release unused memory.
const RELEASE: Duration = Duration::from_secs(20);
/// Interval between two clean-ups.
const CLEAN: Duration = Duration::from_secs(600);
/// How long idle sessions are kept after they expire, so that a pending last-seen time can still be written.
const MARGIN: Duration = Duration::from_secs(300);

/// The periodic tasks of a gateway. The active configuration sets how long records are kept.
pub struct Maintenance {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Counts deleted rows.
    pub metrics: Arc<Metrics>,
}

impl Maintenance {
    /// Runs the tasks until the future is dropped.
    pub async fn run(self, state: Arc<GatewayState>) {
        // The first clean-up waits: a process whose clock or settings are wrong is noticed before it deletes anything.
        let (mut flush, mut release, mut store_check) = (interval(FLUSH), interval(RELEASE), interval(STORE_CHECK));
        let mut clean = interval_at(Instant::now() + CLEAN, CLEAN);
        for interval in [&mut flush, &mut release, &mut store_check, &mut clean] {
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let unwritten = OutageLog::default();
        loop {
            tokio::select! {
                _ = flush.tick() => {
                    match state.services().faces.core.sessions().flush().await {
                        Ok(()) => drop(unwritten.worked(self.clock.now())),
                        Err(error) => if let Some(Told::Failing { failures }) = unwritten.failed(self.clock.now()) {
                            tracing::warn!(%error, failures, "last-seen times not written; retried with the next batch");
                        }
                    }
                }
                _ = store_check.tick() => {
                    let answers = tokio::time::timeout(STORE_CHECK, self.store.ready()).await.is_ok_and(|ready| ready.is_ok());
                    match (self.metrics.store_up.set(i64::from(answers)) == 1, answers) {
                        (true, false) => {
                            self.metrics.store_outages.inc();
                            tracing::error!("store unavailable");
                        }
                        (false, true) => tracing::info!("store available again"),
                        _ => {}
                    }
                }
                _ = release.tick() => {
                    // Scanning many sessions takes a while, and must not block requests.
                    let sessions = state.services().faces.core.sessions().clone();
                    let _released = tokio::task::spawn_blocking(move || sessions.tidy()).await;
                }
                _ = clean.tick() => {
                    if let Some(limiter) = &state.services().limiter {
                        limiter.forget_idle();
                    }
                    if let Err(error) = self.clean(&state.services()).await {
                        tracing::warn!(%error, "clean-up failed: expired sessions and old records not deleted");
                    }
                }
            }
        }
    }

    /// Deletes expired sessions, trusted devices and old records.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn clean(&self, services: &Services) -> Result<(), StoreError> {
        let now = self.clock.now();
        let begun = now.before(services.limits.lifetime);
        // A form is kept of a user whose session is known though it went idle, and browsers have its cookie for as long as it lasts.
        let idle = if services.keeps_posts { services.limits.lifetime } else { services.limits.idle };
        let seen = now.before(idle.max(services.limits.idle) + MARGIN);
        let sessions = self.store.delete_expired(begun, seen, now).await?;
        // Where devices cannot be trusted none is kept, so that switching it on again revives none. One whose trust expired is kept
        // for as long as the sessions last that it raised.
        let trusted = services.device_trust.map_or(now, |lifetime| now.before(lifetime + services.limits.lifetime));
        let devices = self.store.delete_expired_devices(trusted, begun).await?;
        let records = self.store.forget_before(now.before(services.retention)).await?;
        // Retention is no reason to delete mail that is still tried.
        let mails = self.store.forget_mail(now.before(services.retention.max(GIVEN_UP_AFTER)), now).await?;
        if mails > 0 {
            tracing::warn!(mails, "waiting mail deleted: its users were not told");
        }
        self.metrics.expired.inc_by(sessions);
        tracing::debug!(sessions, devices, records, "cleaned up");
        Ok(())
    }
}
