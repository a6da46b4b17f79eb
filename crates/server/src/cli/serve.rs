//! `postern serve`.

use std::io;
use std::sync::Arc;

use postern_model::access::Access;

use super::core::block_on;
use super::failure::Failure;
use super::settings::Settings;
use crate::gateway::{Gateway, StartError};
use crate::net::{Passed, signalled};
use crate::os::{SystemClock, SystemEntropy};
use crate::reload::{Reloader, hangups};
use crate::rules;
use crate::telemetry::subscriber;

/// Serves until SIGTERM or SIGINT; reads its configuration again on SIGHUP and when it changes.
pub(super) fn run(settings: &Settings) -> Result<(), Failure> {
    // First of all, while there is no other thread, and before a program is run for a secret.
    let passed = Passed::take(&settings.environment)?;
    // Sixteen megabytes in place of three, for a process that touches its memory here and there. A kernel that does not
    // know this has none to switch off.
    let _unknown = rustix::thread::disable_transparent_huge_pages(true);
    let loaded = settings.load()?;
    let subscriber = subscriber(&loaded.config.log, io::stdout);
    tracing::subscriber::set_global_default(subscriber).map_err(|error| Failure::Failed(error.to_string()))?;
    for warning in &loaded.warnings {
        tracing::warn!(key = warning.key, what = warning.what, remedy = warning.remedy, "unwise configuration");
    }
    block_on(async {
        let (signal, hangups) = (signalled()?, hangups()?);
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
        let (live, metrics) = (Arc::clone(gateway.live()), Arc::clone(gateway.metrics()));
        let reloader = Reloader::new(settings.sources(), live, metrics, loaded.fingerprint);
        let reloading = tokio::spawn(reloader.run(hangups));
        signal.await;
        reloading.abort();
        tracing::info!("stopping");
        gateway.stop().await;
        tracing::info!("stopped");
        Ok(())
    })
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => error.into(),
            StartError::Keys(error) => error.into(),
            StartError::Listen(error) => error.into(),
            StartError::Tls(error) => Self::Failed(format!("listen.tls: {error}")),
            StartError::Parts(error) => Self::Failed(error.to_string()),
        }
    }
}
