//! The active configuration, and its replacement while requests are served.

use std::sync::{Arc, Mutex, PoisonError};

use postern_keystore::Keyring;
use postern_model::web::Origin;
use tokio::task::JoinSet;

use crate::config_error::ConfigError;
use crate::stack::GatewayState;
use crate::wiring::{Dependencies, Reused, Services, wire};
use postern_config::Config;

/// The active services of a running gateway; a reload replaces them.
pub struct ActiveConfig {
    state: Arc<GatewayState>,
    dependencies: Dependencies,
    immutable: Immutable,
    /// Background tasks of the active services.
    tasks: Mutex<JoinSet<()>>,
}

/// Settings that last as long as the process: cookies, pages and stored secrets depend on them.
struct Immutable {
    public_url: Origin,
    base_path: String,
    cookie: String,
    keyring: Arc<Keyring>,
}

/// Keys that need a restart, each with all keys below it.
const AT_START: [&str; 10] = [
    "public_url",
    "base_path",
    "state_dir",
    "listen",
    "store",
    "keys",
    "session.cookie",
    "session.cache_size",
    "mail",
    "log",
];
/// Exceptions among them: keys that a reload applies.
const AT_ONCE: [&str; 1] = ["log.retention"];

/// Whether a change of this key waits for a restart.
pub fn waits_for_restart(key: &str) -> bool {
    let below = |section: &&str| {
        key.strip_prefix(*section).is_some_and(|stop_tasks| stop_tasks.is_empty() || stop_tasks.starts_with(['.', '[']))
    };
    AT_START.iter().any(below) && !AT_ONCE.contains(&key)
}

impl ActiveConfig {
    /// Constructs the first services, and the state that holds them.
    ///
    /// # Errors
    /// [`ConfigError`] for a fault that shows only when the services are constructed.
    pub fn start(
        config: &mut Config,
        dependencies: Dependencies,
        state: impl FnOnce(Services) -> Arc<GatewayState>,
    ) -> Result<Self, ConfigError> {
        let immutable = Immutable {
            public_url: config.public_url.clone(),
            base_path: config.base_path.clone(),
            cookie: config.session.cookie.clone(),
            keyring: Arc::clone(&config.keys.keyring),
        };
        let state = state(wire(config, &dependencies, None)?);
        let active = Self { state, dependencies, immutable, tasks: Mutex::default() };
        active.start_tasks();
        Ok(active)
    }

    /// The state that the stacks share.
    pub fn state(&self) -> &Arc<GatewayState> {
        &self.state
    }

    /// Activates another configuration atomically. Requests in flight finish with the former one; WebSockets and event
    /// streams continue as long as the new one permits them. Keys that [wait for a restart](waits_for_restart) keep
    /// their values.
    ///
    /// # Errors
    /// [`ConfigError`]; the former configuration stays active.
    pub fn apply(&self, mut config: Config, reused: Reused) -> Result<(), ConfigError> {
        config.public_url = self.immutable.public_url.clone();
        config.base_path.clone_from(&self.immutable.base_path);
        config.session.cookie.clone_from(&self.immutable.cookie);
        config.keys.keyring = Arc::clone(&self.immutable.keyring);
        let before = self.state.services();
        let services = wire(&mut config, &self.dependencies, Some((&before, reused)))?;
        self.dependencies.signing.configure(config.identity.keys);
        self.state.activate(services);
        self.state.services().faces.core.activate();
        self.start_tasks();
        Ok(())
    }

    /// Stops the background tasks.
    pub fn stop_tasks(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }

    /// Starts the background tasks of the active services, and stops those of the former.
    fn start_tasks(&self) {
        let services = self.state.services();
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.abort_all();
        tasks.spawn(Arc::clone(&services.faces.core).watch_upstreams());
        tasks.spawn(probe_provider(services));
    }
}

/// Probes the provider, so that a fault is logged before the first sign-in, and discovery and keys are cached.
async fn probe_provider(services: Arc<Services>) {
    if let Err(error) = services.sign_in.probe().await {
        tracing::warn!(%error, "identity provider unavailable; each sign-in retries");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_keeps_waits_for_a_restart_and_nothing_else() {
        for waits in
            ["listen.address", "store.url", "keys.master_file", "session.cookie", "public_url", "mail.url", "log.level"]
        {
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
