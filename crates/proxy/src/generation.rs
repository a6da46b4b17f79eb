//! State that is kept over reloads. A new configuration makes a new core; requests in progress end on the old one,
//! while cached sessions and open connections are kept and decided by the new rules.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::gate::Gate;
use crate::sessions::Sessions;

/// State that each core passes on to the next.
#[derive(Clone)]
pub(crate) struct Generation {
    /// Closes open WebSockets at the end of the process.
    pub(crate) tunnels: CancellationToken,
    /// The cached sessions.
    pub(crate) sessions: Sessions,
    /// Number of the core: an identity that one core rendered is not used by another.
    pub(crate) number: u32,
    // The active gate; `None` until a second core is activated.
    gates: watch::Sender<Option<Arc<Gate>>>,
}

impl Generation {
    /// Builds the first generation.
    pub(crate) fn first(sessions: Sessions) -> Self {
        Self { tunnels: CancellationToken::new(), sessions, number: 0, gates: watch::Sender::new(None) }
    }

    /// Builds the next generation, with these sessions.
    pub(crate) fn next(&self, sessions: Sessions) -> Self {
        Self { sessions, number: self.number.wrapping_add(1), ..self.clone() }
    }

    /// Subscribes to the active gate. `None` means the gate of this core.
    pub(crate) fn gates(&self) -> watch::Receiver<Option<Arc<Gate>>> {
        self.gates.subscribe()
    }

    /// Makes this gate the active one, which decides on long-lived requests from now on.
    pub(crate) fn activate(&self, gate: Arc<Gate>) {
        self.gates.send_replace(Some(gate));
    }
}
