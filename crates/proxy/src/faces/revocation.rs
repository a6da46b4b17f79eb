//! Ends long-lived responses and WebSockets when their session no longer permits them.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::core::Core;
use crate::gate::{Gate, Recheck, Refusal, RequestContext};
use crate::sessions::Activity;
use crate::target::Target;

/// Minimum time between two decisions, even if the revocation bound is shorter.
const PERIOD_MIN: Duration = Duration::from_millis(5);
/// Time that a transfer of known length may take before it is watched. Most end earlier and cost no second decision.
const GRACE: Duration = Duration::from_secs(1);
/// Time that a transfer may go on after the proof of its device is over.
const TRANSFER_MAX: Duration = Duration::from_secs(3600);

/// Repeats the decision on a permitted request, by the rules that are active at the time.
pub(super) struct RevocationWatch {
    gate: Arc<Gate>,
    gates: watch::Receiver<Option<Arc<Gate>>>,
    recheck: Recheck,
    activity: Option<Activity>,
}

impl RevocationWatch {
    /// Takes a permitted request to watch.
    pub(super) fn new(core: &Core, target: &Target<'_>, context: &RequestContext) -> Self {
        let (gates, gate) = (core.generation.gates(), Arc::clone(&core.gate));
        Self { gates, gate, recheck: context.recheck(target), activity: None }
    }

    /// Lets the request end though the proof of its device is over meanwhile, as browsers renew it for the next request only. Not for
    /// connections that could be kept open without end.
    #[must_use]
    pub(super) fn of_transfer(mut self) -> Self {
        self.recheck.device = self.recheck.device.map(|device| device.held_for(TRANSFER_MAX));
        self.recheck.longer = TRANSFER_MAX;
        self
    }

    /// Lets what the client sends meanwhile count as use of the session. Each decision records it.
    #[must_use]
    pub(super) fn counting(self, activity: Option<Activity>) -> Self {
        Self { activity, ..self }
    }

    /// Returns the refusal when the request would no longer be permitted. Decides at once, twice in a revocation bound, after
    /// every notice of change, and after a change of configuration.
    pub(super) async fn revoked(mut self) -> Refusal {
        let mut changes = self.gate.sessions.changes();
        loop {
            if let Err(refusal) = self.decide().await {
                return refusal;
            }
            let period = self.period();
            tokio::select! {
                () = sleep(period) => {}
                Ok(()) = changes.changed() => {}
                Ok(()) = self.gates.changed() => {}
            }
        }
    }

    /// Does the same for a transfer of known length, which is not watched in its first second.
    pub(super) async fn revoked_after_grace(self) -> Refusal {
        sleep(self.grace()).await;
        self.revoked().await
    }

    /// Awaits a future on behalf of a permitted request, unless the request is no longer permitted before it completes.
    ///
    /// # Errors
    /// The refusal that the request would get now.
    pub(super) async fn hold<T>(self, waited_for: impl Future<Output = T>) -> Result<T, Refusal> {
        tokio::select! {
            biased;
            output = waited_for => Ok(output),
            refusal = self.revoked_after_grace() => Err(refusal),
        }
    }

    /// Decides once.
    ///
    /// # Errors
    /// The refusal that the request would get now.
    pub(super) async fn decide(&mut self) -> Result<(), Refusal> {
        if let Some(gate) = self.gates.borrow_and_update().as_ref() {
            self.gate = Arc::clone(gate);
        }
        self.gate.recheck(&self.recheck, self.activity.as_ref().and_then(Activity::take)).await
    }

    /// Returns the time until the next decision. It is also short enough to record use before the session goes idle.
    fn period(&self) -> Duration {
        let sessions = &self.gate.sessions;
        period(sessions.revocation_bound(), self.activity.as_ref().map(|_| sessions.seen_step()))
    }

    fn grace(&self) -> Duration {
        GRACE.min(self.period())
    }
}

/// Returns half of the revocation bound, or the lag of last-seen times if use is recorded and that is shorter.
fn period(bound: Duration, seen_step: Option<Duration>) -> Duration {
    let half = bound / 2;
    half.min(seen_step.unwrap_or(half)).max(PERIOD_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_made_twice_in_a_bound_and_as_often_as_use_is_recorded() {
        let seconds = Duration::from_secs;
        assert_eq!(period(seconds(10), None), seconds(5));
        assert_eq!(period(seconds(10), Some(seconds(60))), seconds(5));
        assert_eq!(period(seconds(10), Some(seconds(2))), seconds(2));
        for short in [(Duration::ZERO, None), (seconds(10), Some(Duration::ZERO)), (PERIOD_MIN, None)] {
            assert_eq!(period(short.0, short.1), PERIOD_MIN, "never without a pause");
        }
    }
}
