//! One running gateway.

use std::sync::Arc;
use std::time::Duration;

use postern_authn::Authn;
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::store::{Store, StoreError};
use postern_model::web::TrustedProxies;
use postern_proxy::SessionCache;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config_error::ConfigError;
use crate::descriptors::{DescriptorShares, MANAGEMENT_CONNECTIONS};
use crate::ext_authz;
use crate::from_config::rules;
use crate::guide_import::GuideImport;
use crate::listeners::{Listeners, tls_files};
use crate::mail::MailDelivery;
use crate::maintenance::Maintenance;
use crate::reload::active::ActiveConfig;
use crate::signing::{KeysError, SigningKeys, adopt_peppers, check_sentinel};
use crate::stack::management::Management;
use crate::stack::{self, GatewayState};
use crate::storage::Storage;
use crate::telemetry::{EventCounts, Metrics, report_refusals};
use crate::wiring::Dependencies;
use postern_config::{Address, Config};
use postern_listener::tls::{Certificates, TlsError};
use postern_listener::{
    BindError, ClientFrameBudgets, ConnectionConfig, IncomingLimits, InheritedSockets, LimitPerAddress, ServeConfig,
    Timeouts, serve,
};

/// How long a start waits for the import of the guide's authenticators.
const IMPORT_WAIT: Duration = Duration::from_secs(10);

/// How long a stop waits for the delivery of a mail, and of codes, that is under way.
const MAIL_WAIT: Duration = Duration::from_secs(5);

/// A running gateway. Several can run side by side in one process.
pub struct Gateway {
    address: Address,
    management: Option<Address>,
    config: Arc<ActiveConfig>,
    metrics: Arc<Metrics>,
    ext_authz: Option<Address>,
    redirect: Option<Address>,
    certificates: Option<Arc<Certificates>>,
    /// Cancelled when the gateway stops: `/readyz` fails, and requests are still served.
    stopping: CancellationToken,
    shutdown_delay: Duration,
    stop: CancellationToken,
    listeners: JoinSet<()>,
    /// The management listener outlives the others, so that a probe learns that the gateway is stopping.
    stop_management: CancellationToken,
    management_listener: JoinSet<()>,
    background: JoinSet<()>,
    mail: JoinSet<()>,
    /// Deliveries of codes under way.
    deliveries: TaskTracker,
}

/// Why a gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store failed or is not ready.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The certificate cannot be used.
    #[error("listen.tls: {0}")]
    Tls(#[from] TlsError),
    /// A listen address cannot be bound.
    #[error(transparent)]
    Listen(#[from] BindError),
}

/// The import of the guide's authenticators. It has its own [`Authn`], because it runs before the services are built.
pub(crate) fn guide_import(
    config: &Config,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> GuideImport {
    let (keyring, settings) = (Arc::clone(&config.keys.keyring), rules::settings(config));
    let authn = Authn::new(Arc::clone(store), keyring, Arc::clone(clock), Arc::clone(entropy), settings);
    GuideImport::new(Arc::new(authn), config.netpilot.as_ref().and_then(|profile| profile.fernet.clone()))
}

impl Gateway {
    /// [Starts](Gateway::start_with) without inherited sockets.
    ///
    /// # Errors
    /// [`StartError`]; no listener is bound then.
    pub async fn start(config: Config, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, StartError> {
        Self::start_with(config, InheritedSockets::default(), clock, entropy).await
    }

    /// Opens the store (and migrates it where that is configured), checks the keys, and listens.
    ///
    /// # Errors
    /// [`StartError`]; no listener is bound then.
    pub async fn start_with(
        mut config: Config,
        passed: InheritedSockets,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StartError> {
        let storage = Storage::open(&config, Arc::clone(&entropy))?;
        if config.store.migrate {
            for migration in storage.migrate().await? {
                tracing::info!(migration, "schema migrated");
            }
        }
        let store = storage.port();
        match store.ready().await {
            // The gateway starts and reports not ready; requests that need no correct clock are served.
            Err(error @ StoreError::Clock(_)) => tracing::error!(%error, "not ready"),
            ready => ready?,
        }
        for concern in store.concerns().await? {
            tracing::error!("the store is ready, but new users cannot sign in: {concern}");
        }
        let keyring = Arc::clone(&config.keys.keyring);
        check_sentinel(store.as_ref(), &keyring, entropy.as_ref()).await?;
        adopt_peppers(store.as_ref(), &keyring).await?;
        let guide = Arc::new(guide_import(&config, &store, &clock, &entropy));
        let importing = Arc::clone(&guide);
        let importing = tokio::spawn(async move { importing.run().await });
        // A few are imported before the first request. Many take minutes of hashing; the import then continues in the
        // background.
        let _goes_on = tokio::time::timeout(IMPORT_WAIT, importing).await;
        let (time, random) = (Arc::clone(&clock), Arc::clone(&entropy));
        let signing = SigningKeys::open(Arc::clone(&store), keyring, time, random, config.identity.keys).await?;
        let signing = Arc::new(signing);
        storage.subscribe(signing.sink());

        let cache = Arc::new(SessionCache::new(config.session.cache_size as usize));
        storage.subscribe(Arc::clone(&cache) as _);
        let (storage_port, clock_port) = (storage.clone(), Arc::clone(&clock));
        let (events, deliveries) = (EventCounts::default(), TaskTracker::new());
        let dependencies = Dependencies {
            events: events.clone(),
            deliveries: deliveries.clone(),
            storage: storage_port,
            signing: Arc::clone(&signing),
            clock: clock_port,
            entropy: Arc::clone(&entropy),
            cache,
        };
        let (mail_store, mail_clock, mail_counts) = (Arc::clone(&store), Arc::clone(&clock), Arc::clone(&events.mail));
        let mail = MailDelivery::new(&config, mail_store, mail_clock, mail_counts)?;
        let base_path = config.base_path.clone();
        let active = ActiveConfig::start(&mut config, dependencies, |services| {
            let metrics = Arc::new(Metrics::new(services.faces.core.sessions().clone(), &events));
            Arc::new(GatewayState::new(services, base_path, metrics, Arc::clone(&clock), Arc::clone(&entropy)))
        })?;
        let state = Arc::clone(active.state());
        let metrics = Arc::clone(state.metrics());
        let connection = connection_config(&config, &state.services().trusted, &metrics, &clock, &entropy)?;

        let Listeners { main: (listener, siblings), management, ext_authz, redirect } =
            Listeners::bind(&config.listen, passed).await?;
        let mut gateway = Self {
            address: listener.address().clone(),
            management: management.as_ref().map(|listener| listener.address().clone()),
            config: Arc::new(active),
            metrics: Arc::clone(&metrics),
            ext_authz: ext_authz.as_ref().map(|listener| listener.address().clone()),
            redirect: redirect.as_ref().map(|listener| listener.address().clone()),
            certificates: connection.tls.clone(),
            stopping: CancellationToken::new(),
            shutdown_delay: config.listen.shutdown_delay,
            stop: CancellationToken::new(),
            listeners: JoinSet::new(),
            stop_management: CancellationToken::new(),
            management_listener: JoinSet::new(),
            background: JoinSet::new(),
            mail: JoinSet::new(),
            deliveries,
        };
        // Five heartbeats per revocation bound, so that one late heartbeat does not invalidate cached sessions.
        gateway.background.spawn(storage.listen(config.session.revocation_bound / 5));
        if let Some(certificates) = &connection.tls {
            gateway.background.spawn(Arc::clone(certificates).watch());
        }
        if let Some(mail) = mail {
            gateway.mail.spawn(mail.run(gateway.stopping.clone()));
        }
        let maintenance = Maintenance { store: Arc::clone(&store), clock, metrics: Arc::clone(&metrics) };
        gateway.background.spawn(maintenance.run(Arc::clone(&state)));
        let signed = Arc::clone(&state);
        gateway
            .background
            .spawn(async move { signing.run(move |key| signed.services().faces.core.set_signing_key(key)).await });

        let descriptors = DescriptorShares::of(&config);
        if descriptors.is_short() {
            tracing::warn!("file descriptors: {descriptors}");
        }
        let serving = ServeConfig {
            max_connections: descriptors.clients,
            connection: Arc::new(connection),
            shutdown_timeout: config.listen.shutdown_timeout,
            open: metrics.connections.clone(),
        };
        if let Some(listener) = management {
            let management = Management::new(store, metrics, guide).until(gateway.stopping.clone());
            let serving = ServeConfig {
                max_connections: MANAGEMENT_CONNECTIONS,
                shutdown_timeout: Duration::from_secs(1),
                open: Default::default(),
                connection: Arc::new(serving.connection.management(MANAGEMENT_CONNECTIONS)),
            };
            let service = stack::management(&state, management);
            gateway.management_listener.spawn(serve(listener, service, serving, gateway.stop_management.clone()));
        }
        if let Some(listener) = ext_authz {
            let service = stack::ext_authz(&state);
            let limits = IncomingLimits {
                max_connections: serving.max_connections,
                per_address: serving.connection.per_address.clone(),
                begin: config.listen.header_timeout,
            };
            let shutdown = config.listen.shutdown_timeout;
            gateway.listeners.spawn(ext_authz::serve(listener, service, limits, shutdown, gateway.stop.clone()));
        }
        if let Some(listener) = redirect {
            let service = stack::redirect(&state, config.listen.acme_webroot);
            let serving = ServeConfig { connection: Arc::new(serving.connection.cleartext()), ..serving.clone() };
            gateway.listeners.spawn(serve(listener, service, serving, gateway.stop.clone()));
        }
        let service = stack::gateway(&state);
        // Each listener waits for a permit before it accepts. With shared permits one could starve another.
        let max_connections = serving.max_connections.div_ceil(siblings.len() + 1);
        for listener in siblings.into_iter().chain([listener]) {
            let serving = ServeConfig { max_connections, ..serving.clone() };
            gateway.listeners.spawn(serve(listener, service.clone(), serving, gateway.stop.clone()));
        }
        Ok(gateway)
    }

    /// Address of the main listener, with the port that the system chose.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Address of the management listener.
    pub fn management(&self) -> Option<&Address> {
        self.management.as_ref()
    }

    /// Address of the ext_authz listener (Envoy, gRPC).
    pub fn ext_authz(&self) -> Option<&Address> {
        self.ext_authz.as_ref()
    }

    /// Address of the listener that redirects to https.
    pub fn redirect(&self) -> Option<&Address> {
        self.redirect.as_ref()
    }

    /// The state that the stacks share.
    pub fn state(&self) -> &GatewayState {
        self.config.state()
    }

    /// The active configuration, which a reload replaces.
    pub fn active_config(&self) -> &Arc<ActiveConfig> {
        &self.config
    }

    /// The metrics.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Reloads the certificate, if there is one. Returns `false` if it did not change. The files are also checked every
    /// few seconds.
    ///
    /// # Errors
    /// [`TlsError`]; the old certificate stays in use.
    pub fn reload_certificate(&self) -> Result<bool, TlsError> {
        self.certificates.as_ref().map_or(Ok(false), |certificates| certificates.reload())
    }

    /// Stops the gateway. It first reports not ready and still accepts connections for `listen.shutdown_delay`. Then it
    /// stops accepting, lets requests in flight finish, closes WebSockets and event streams, writes pending
    /// last-seen times, and waits a few seconds for mail and codes under way.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        // A sleep of zero would still wait for the next tick of the timer.
        if !self.shutdown_delay.is_zero() {
            tokio::time::sleep(self.shutdown_delay).await;
        }
        self.stop.cancel();
        self.config.state().services().faces.core.close_tunnels();
        while self.listeners.join_next().await.is_some() {}
        self.stop_management.cancel();
        while self.management_listener.join_next().await.is_some() {}
        self.config.stop_tasks();
        self.background.shutdown().await;
        // Before the wait for a mail: a process that is killed then loses none.
        if let Err(error) = self.config.state().services().faces.core.sessions().flush().await {
            tracing::warn!(%error, "last-seen times not written at shutdown");
        }
        self.deliveries.close();
        // A mail that the server accepted is to be deleted, or another replica sends it again; and nobody sends a code again.
        let under_way = async {
            while self.mail.join_next().await.is_some() {}
            self.deliveries.wait().await;
        };
        // A notice is sent again, by another replica or after the next start.
        if tokio::time::timeout(MAIL_WAIT, under_way).await.is_err() && !self.deliveries.is_empty() {
            tracing::warn!(codes = self.deliveries.len(), "codes under way at shutdown may not arrive");
        }
        self.mail.shutdown().await;
    }
}

/// How connections are set up and limited.
fn connection_config(
    config: &Config,
    trusted: &TrustedProxies,
    metrics: &Arc<Metrics>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<ConnectionConfig, StartError> {
    let listen = &config.listen;
    let tls = match &listen.tls {
        Some(files) => {
            Some(Arc::new(Certificates::load(tls_files(files), config.public_url.host(), Arc::clone(clock))?))
        }
        None => None,
    };
    let (limit, streams) = (config.limits.connections_per_address, config.limits.streams_per_address);
    let balancers = TrustedProxies::new(listen.proxy_protocol.clone()).with_unix(listen.proxy_protocol_unix);
    let any = listen.proxy_protocol_unix || !listen.proxy_protocol.is_empty();
    Ok(ConnectionConfig {
        proxy_protocol: any.then_some(balancers),
        timeouts: Timeouts { header: listen.header_timeout, idle: listen.idle_timeout, body: listen.body_timeout },
        tls,
        h2c: listen.h2c,
        max_concurrent_streams: listen.max_streams,
        per_address: limit.map(|max| Arc::new(LimitPerAddress::new(max, trusted.clone()))),
        requests_per_address: streams.map(|max| Arc::new(LimitPerAddress::new(max, trusted.clone()))),
        frame_budgets: Some(Arc::new(ClientFrameBudgets::new(trusted.clone(), entropy.as_ref()))),
        refused: Some(report_refusals(metrics)),
        entropy: Arc::clone(entropy),
    })
}
