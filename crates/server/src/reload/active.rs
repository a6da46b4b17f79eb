//! The parts that are in force, and how others take their place while requests are served.

use std::sync::{Arc, Mutex, PoisonError};

use postern_keystore::Keyring;
use postern_model::web::Origin;
use tokio::task::JoinSet;

use crate::stack::GatewayState;
use crate::wiring::{Misfit, Parts, Ports, wire};
use postern_config::Config;

/// What of a new configuration is as before, so that it is kept with all that it has learnt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The upstreams, with their connections and health.
    pub upstreams: bool,
}

/// A running gateway's parts, to be exchanged.
pub struct ActiveConfig {
    state: Arc<GatewayState>,
    ports: Ports,
    fixed: Fixed,
    /// What looks after the parts in force.
    watches: Mutex<JoinSet<()>>,
}

/// What a process keeps for its lifetime: cookies, pages and stored secrets depend on it.
struct Fixed {
    public_url: Origin,
    base_path: String,
    cookie: String,
    keyring: Arc<Keyring>,
}

/// The keys that count at the next start only, each with all below it.
const AT_START: [&str; 9] =
    ["public_url", "base_path", "state_dir", "listen", "store", "keys", "session.cookie", "session.cache_size", "log"];
/// Keys among them that count at once.
const AT_ONCE: [&str; 1] = ["log.retention"];

/// Whether a change of this key waits for a restart.
pub fn waits_for_restart(key: &str) -> bool {
    let below =
        |section: &&str| key.strip_prefix(*section).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    AT_START.iter().any(below) && !AT_ONCE.contains(&key)
}

impl ActiveConfig {
    /// Makes the first parts, and the state that holds them.
    ///
    /// # Errors
    /// [`Misfit`] for what only shows when the parts meet.
    pub fn start(
        config: &mut Config,
        ports: Ports,
        state: impl FnOnce(Parts) -> Arc<GatewayState>,
    ) -> Result<Self, Misfit> {
        let fixed = Fixed {
            public_url: config.public_url.clone(),
            base_path: config.base_path.clone(),
            cookie: config.session.cookie.clone(),
            keyring: Arc::clone(&config.keys.keyring),
        };
        let state = state(wire(config, &ports, None)?);
        let live = Self { state, ports, fixed, watches: Mutex::default() };
        live.look_after();
        Ok(live)
    }

    /// The state that the stacks share.
    pub fn state(&self) -> &Arc<GatewayState> {
        &self.state
    }

    /// Puts another configuration in force, all at once. Requests under way end by the former; WebSockets and answers
    /// without end live on as long as the new one permits them. Keys that [wait for a restart](waits_for_restart) stay as
    /// they are.
    ///
    /// # Errors
    /// [`Misfit`]; then nothing has changed.
    pub fn apply(&self, mut config: Config, kept: Kept) -> Result<(), Misfit> {
        config.public_url = self.fixed.public_url.clone();
        config.base_path.clone_from(&self.fixed.base_path);
        config.session.cookie.clone_from(&self.fixed.cookie);
        config.keys.keyring = Arc::clone(&self.fixed.keyring);
        let before = self.state.parts();
        let parts = wire(&mut config, &self.ports, Some((&before, kept)))?;
        self.ports.signing.configure(config.identity.keys);
        self.state.activate(parts);
        self.state.parts().faces.core.activate();
        self.look_after();
        Ok(())
    }

    /// Ends what looks after the parts.
    pub fn rest(&self) {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }

    /// Looks after the parts in force, and no longer after the former.
    fn look_after(&self) {
        let parts = self.state.parts();
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        watches.abort_all();
        watches.spawn(Arc::clone(&parts.faces.core).watch_upstreams());
        watches.spawn(look_at_provider(parts));
    }
}

/// Says early what the first sign-in would otherwise find out, and has discovery and keys at hand for it.
async fn look_at_provider(parts: Arc<Parts>) {
    if let Err(error) = parts.sign_in.probe().await {
        tracing::warn!(%error, "the provider cannot be used now; sign-ins will try again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_keeps_waits_for_a_restart_and_nothing_else() {
        for waits in ["listen.address", "store.url", "keys.master_file", "session.cookie", "public_url", "log.level"] {
            assert!(waits_for_restart(waits), "{waits}");
        }
        for at_once in [
            "route",
            "route[3].access",
            "session.idle",
            "log.retention",
            "google.client_secret_file",
            "upstream[0].url",
            "legacy.flask_secret_key",
            "listener",
        ] {
            assert!(!waits_for_restart(at_once), "{at_once}");
        }
    }
}
