//! What the planes of one gateway hand on to one another. A new configuration makes a new plane; requests under way end on
//! the old one, while sessions at hand and open connections live on and are held to the new rules.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::gate::Gate;
use crate::sessions::Sessions;

/// Handed from plane to plane.
#[derive(Clone)]
pub(crate) struct Lineage {
    /// Closes what lasts, at the end of the process.
    pub(crate) tunnels: CancellationToken,
    /// Sessions at hand, whatever is demanded of their freshness.
    pub(crate) sessions: Sessions,
    /// Counts the planes: what one prepared is not taken for what another would prepare.
    pub(crate) generation: u32,
    // The gate in force; `None` until a plane has taken over from another.
    gates: watch::Sender<Option<Arc<Gate>>>,
}

impl Lineage {
    /// That of a gateway that starts.
    pub(crate) fn new(sessions: Sessions) -> Self {
        Self { tunnels: CancellationToken::new(), sessions, generation: 0, gates: watch::Sender::new(None) }
    }

    /// That of the next plane.
    pub(crate) fn next(&self, sessions: Sessions) -> Self {
        Self { sessions, generation: self.generation.wrapping_add(1), ..self.clone() }
    }

    /// The gate in force, now and later. `None` is that of whoever asks.
    pub(crate) fn gates(&self) -> watch::Receiver<Option<Arc<Gate>>> {
        self.gates.subscribe()
    }

    /// Holds what lasts to these rules from now on.
    pub(crate) fn put_in_force(&self, gate: Arc<Gate>) {
        self.gates.send_replace(Some(gate));
    }
}
