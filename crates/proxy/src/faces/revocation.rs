//! Ends what outlasts a request once its session no longer permits it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::core::Core;
use crate::gate::{Gate, Recheck, RequestContext};
use crate::target::Target;

/// Shortest time between two decisions, however short the revocation bound.
const PERIOD_MIN: Duration = Duration::from_millis(5);

/// Decides about a permitted request again and again, by the rules then active.
pub(super) struct RevocationWatch {
    gate: Arc<Gate>,
    gates: watch::Receiver<Option<Arc<Gate>>>,
    recheck: Recheck,
}

impl RevocationWatch {
    /// Watches a request that was permitted.
    pub(super) fn new(core: &Core, target: &Target<'_>, context: &RequestContext) -> Self {
        Self { gates: core.generation.gates(), gate: Arc::clone(&core.gate), recheck: context.recheck(target) }
    }

    /// Returns when the request would no longer be permitted. Decides at once, twice in a revocation bound, after every
    /// notice of change, and after a change of configuration.
    pub(super) async fn revoked(mut self) {
        let mut changes = self.gate.sessions.changes();
        loop {
            if let Some(gate) = self.gates.borrow_and_update().as_ref() {
                self.gate = Arc::clone(gate);
            }
            if !self.gate.still_permits(&self.recheck).await {
                return;
            }
            let period = (self.gate.sessions.revocation_bound() / 2).max(PERIOD_MIN);
            tokio::select! {
                () = sleep(period) => {}
                Ok(()) = changes.changed() => {}
                Ok(()) = self.gates.changed() => {}
            }
        }
    }
}
