//! Serves the stacks on the sockets of a gateway.

use std::sync::Arc;
use std::time::Duration;

use postern_config::Config;
use postern_listener::{ConnectionConfig, IncomingLimits, ServeConfig, serve};
use postern_model::store::Store;

use super::Gateway;
use crate::descriptors::{DescriptorShares, MANAGEMENT_CONNECTIONS};
use crate::ext_authz;
use crate::guide_import::GuideImport;
use crate::listeners::Listeners;
use crate::stack;
use crate::stack::management::Management;

/// How long a stop waits for requests to the management listener.
const MANAGEMENT_SHUTDOWN: Duration = Duration::from_secs(1);

/// What the listeners serve with.
pub(super) struct Serving<'a> {
    pub(super) config: &'a Config,
    pub(super) connection: ConnectionConfig,
    /// Asked by the management endpoints.
    pub(super) store: Arc<dyn Store>,
    /// Asked by the management endpoints.
    pub(super) guide: Arc<GuideImport>,
}

impl Gateway {
    /// Serves every listener, each with its own stack.
    pub(super) fn serve(&mut self, listeners: Listeners, serving: Serving<'_>) {
        let Serving { config, connection, store, guide } = serving;
        let Listeners { main: (listener, siblings), management, ext_authz, redirect } = listeners;
        let state = Arc::clone(self.config.state());
        let descriptors = DescriptorShares::of(config);
        if descriptors.is_short() {
            tracing::warn!("file descriptors: {descriptors}");
        }
        let serving = ServeConfig {
            max_connections: descriptors.clients,
            connection: Arc::new(connection),
            shutdown_timeout: config.listen.shutdown_timeout,
            open: self.metrics.connections.clone(),
        };
        if let Some(listener) = management {
            let management = Management::new(store, Arc::clone(&self.metrics), guide).until(self.stopping.clone());
            let serving = ServeConfig {
                max_connections: MANAGEMENT_CONNECTIONS,
                shutdown_timeout: MANAGEMENT_SHUTDOWN,
                open: Default::default(),
                connection: Arc::new(serving.connection.management(MANAGEMENT_CONNECTIONS)),
            };
            let service = stack::management(&state, management);
            self.management_listener.spawn(serve(listener, service, serving, self.stop_management.clone()));
        }
        if let Some(listener) = ext_authz {
            let service = stack::ext_authz(&state);
            let limits = IncomingLimits {
                max_connections: serving.max_connections,
                per_address: serving.connection.per_address.clone(),
                begin: config.listen.header_timeout,
            };
            let shutdown = config.listen.shutdown_timeout;
            self.listeners.spawn(ext_authz::serve(listener, service, limits, shutdown, self.stop.clone()));
        }
        if let Some(listener) = redirect {
            let service = stack::redirect(&state, config.listen.acme_webroot.clone());
            let serving = ServeConfig { connection: Arc::new(serving.connection.cleartext()), ..serving.clone() };
            self.listeners.spawn(serve(listener, service, serving, self.stop.clone()));
        }
        let service = stack::gateway(&state);
        // Each listener waits for a permit before it accepts. With shared permits one could starve another.
        let max_connections = serving.max_connections.div_ceil(siblings.len() + 1);
        for listener in siblings.into_iter().chain([listener]) {
            let serving = ServeConfig { max_connections, ..serving.clone() };
            self.listeners.spawn(serve(listener, service.clone(), serving, self.stop.clone()));
        }
    }
}
