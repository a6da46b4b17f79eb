//! State that outlives a configuration. A new configuration makes a new core; requests under way end on the old one, while
//! cached sessions and open connections live on and are held to the new rules.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::gate::Gate;
use crate::sessions::Sessions;

/// State that each core hands to the next.
#[derive(Clone)]
pub(crate) struct Generation {
    /// Closes open WebSockets at the end of the process.
    pub(crate) tunnels: CancellationToken,
    /// The cached sessions.
    pub(crate) sessions: Sessions,
    /// Counts the cores: an identity that one rendered is not used by another.
    pub(crate) number: u32,
    // The active gate; `None` until a second core is activated.
    gates: watch::Sender<Option<Arc<Gate>>>,
}

impl Generation {
    /// Makes the first.
    pub(crate) fn first(sessions: Sessions) -> Self {
        Self { tunnels: CancellationToken::new(), sessions, number: 0, gates: watch::Sender::new(None) }
    }

    /// Makes the next, with these sessions.
    pub(crate) fn next(&self, sessions: Sessions) -> Self {
        Self { sessions, number: self.number.wrapping_add(1), ..self.clone() }
    }

    /// Follows the active gate. `None`: the gate of the core that is asked.
    pub(crate) fn gates(&self) -> watch::Receiver<Option<Arc<Gate>>> {
        self.gates.subscribe()
    }

    /// Holds what outlasts a request to this gate from now on.
    pub(crate) fn activate(&self, gate: Arc<Gate>) {
        self.gates.send_replace(Some(gate));
    }
}
