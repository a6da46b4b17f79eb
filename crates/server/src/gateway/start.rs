//! Brings a gateway up: store, keys, services, sockets, tasks. What fails here keeps it from starting.

use std::sync::Arc;
use std::time::Duration;

use postern_config::Config;
use postern_listener::InheritedSockets;
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::store::{Store, StoreError};
use postern_proxy::SessionCache;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::connection_config;
use super::serve::Serving;
use super::tasks::Tasks;
use super::{Gateway, StartError};
use crate::guide_import::GuideImport;
use crate::listeners::Listeners;
use crate::mail::MailDelivery;
use crate::reload::active::ActiveConfig;
use crate::signing::{SigningKeys, adopt_peppers, check_sentinel};
use crate::stack::GatewayState;
use crate::storage::Storage;
use crate::telemetry::{EventCounts, Metrics};
use crate::wiring::Dependencies;

/// How long a start waits for the import of the guide's authenticators.
const IMPORT_WAIT: Duration = Duration::from_secs(10);

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
        let store = prepare(&storage, config.store.migrate).await?;
        let keyring = Arc::clone(&config.keys.keyring);
        check_sentinel(store.as_ref(), &keyring, entropy.as_ref()).await?;
        adopt_peppers(store.as_ref(), &keyring).await?;
        let guide = Arc::new(GuideImport::of(&config, &store, &clock, &entropy));
        import(&guide).await;

        let (time, random) = (Arc::clone(&clock), Arc::clone(&entropy));
        let signing = SigningKeys::open(Arc::clone(&store), keyring, time, random, config.identity.keys).await?;
        let signing = Arc::new(signing);
        storage.subscribe(signing.sink());
        let cache = Arc::new(SessionCache::new(config.session.cache_size as usize));
        storage.subscribe(Arc::clone(&cache) as _);

        let (events, deliveries) = (EventCounts::default(), TaskTracker::new());
        let dependencies = Dependencies {
            events: events.clone(),
            deliveries: deliveries.clone(),
            storage: storage.clone(),
            signing: Arc::clone(&signing),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            cache,
        };
        let mail = MailDelivery::new(&config, Arc::clone(&store), Arc::clone(&clock), Arc::clone(&events.mail))?;
        let base_path = config.base_path.clone();
        let active = ActiveConfig::start(&mut config, dependencies, |services| {
            let metrics = Arc::new(Metrics::new(services.faces.core.sessions().clone(), &events));
            Arc::new(GatewayState::new(services, base_path, metrics, Arc::clone(&clock), Arc::clone(&entropy)))
        })?;
        let state = Arc::clone(active.state());
        let metrics = Arc::clone(state.metrics());
        let connection = connection_config(&config, &state.services().trusted, &metrics, &clock, &entropy)?;

        let listeners = Listeners::bind(&config.listen, passed).await?;
        let mut gateway = Self {
            address: listeners.main.0.address().clone(),
            management: listeners.management.as_ref().map(|listener| listener.address().clone()),
            config: Arc::new(active),
            metrics: Arc::clone(&metrics),
            ext_authz: listeners.ext_authz.as_ref().map(|listener| listener.address().clone()),
            redirect: listeners.redirect.as_ref().map(|listener| listener.address().clone()),
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
        gateway
            .run(Tasks { storage, store: Arc::clone(&store), clock, signing, mail }, config.session.revocation_bound);
        gateway.serve(listeners, Serving { config: &config, connection, store, guide });
        Ok(gateway)
    }
}

/// Migrates the store where that is wanted, and returns it once it answers.
async fn prepare(storage: &Storage, migrate: bool) -> Result<Arc<dyn Store>, StartError> {
    if migrate {
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
    Ok(store)
}

/// Imports the guide's authenticators. A few are imported before the first request. Many take minutes of hashing; the import
/// then continues in the background.
async fn import(guide: &Arc<GuideImport>) {
    let guide = Arc::clone(guide);
    let importing = tokio::spawn(async move { guide.run().await });
    let _goes_on = tokio::time::timeout(IMPORT_WAIT, importing).await;
}
