//! `postern serve`.

use std::io;
use std::sync::Arc;

use postern_model::access::Access;

use super::context::block_on;
use super::error::CommandError;
use super::settings::Settings;
use crate::descriptors::raise_limit;
use crate::from_config::rules;
use crate::gateway::{Gateway, StartError};
use crate::reload::{Reloader, hangups};
use crate::service_manager::ServiceManager;
use crate::system::{SystemClock, SystemEntropy};
use crate::telemetry::subscriber;
use postern_listener::{InheritedSockets, shutdown_signal};

/// Serves until SIGTERM or SIGINT; reloads the configuration on SIGHUP and when a file changes.
pub(super) fn run(settings: &Settings) -> Result<(), CommandError> {
    // Taken before any thread starts and before any program is run, because children would inherit the sockets.
    let passed = InheritedSockets::take(&settings.environment)?;
    // Huge pages cost a small gateway 16 MB instead of 3. Kernels without the call have none to disable.
    let _unsupported = rustix::thread::disable_transparent_huge_pages(true);
    raise_limit();
    let service_manager = ServiceManager::from_environment(&settings.environment);
    let service_manager = service_manager.map_err(|error| CommandError::Failed(format!("NOTIFY_SOCKET: {error}")))?;
    let loaded = settings.load()?;
    let subscriber = subscriber(&loaded.config.log, io::stdout);
    tracing::subscriber::set_global_default(subscriber).map_err(|error| CommandError::Failed(error.to_string()))?;
    for warning in &loaded.warnings {
        tracing::warn!(key = warning.key, what = warning.what, remedy = warning.remedy, "configuration warning");
    }
    block_on(async {
        let (signal, hangups) = (shutdown_signal()?, hangups()?);
        let config = &loaded.config;
        let public_url = config.public_url.clone();
        for (index, route) in rules::routes(config).routes().iter().enumerate() {
            tracing::info!(index, path = %route.path, access = %route.access, "route");
        }
        tracing::info!(
            second_factor = ?config.second_factor.policy,
            routes = config.routes.len(),
            everything_else = %Access::Full,
            revocation_bound = ?config.session.revocation_bound,
            "rules"
        );
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy::default()));
        let gateway = Gateway::start_with(loaded.config, passed, clock, entropy).await?;
        let management = gateway.management().map(tracing::field::display);
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            public_url = %public_url,
            address = %gateway.address(),
            management,
            ext_authz = gateway.ext_authz().map(tracing::field::display),
            redirect = gateway.redirect().map(tracing::field::display),
            "listening"
        );
        let (active, metrics) = (Arc::clone(gateway.active_config()), Arc::clone(gateway.metrics()));
        let reloader = Reloader::new(settings.sources(), active, metrics, loaded.fingerprint);
        let reloading = tokio::spawn(reloader.with_service_manager(service_manager.clone()).run(hangups));
        let watchdog = tokio::spawn(service_manager.clone().keep_watchdog());
        service_manager.ready(&format!("serving {public_url}"));
        signal.await;
        reloading.abort();
        service_manager.stopping("finishing requests under way");
        tracing::info!("stopping");
        gateway.stop().await;
        watchdog.abort();
        tracing::info!("stopped");
        Ok(())
    })
}

impl From<StartError> for CommandError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => error.into(),
            StartError::Keys(error) => error.into(),
            StartError::Listen(error) => error.into(),
            StartError::Tls(error) => Self::Failed(format!("listen.tls: {error}")),
            StartError::Config(error) => Self::Failed(error.to_string()),
        }
    }
}
