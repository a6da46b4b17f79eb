//! Constructs the services of a gateway from a configuration, in the order of their dependencies.

use std::sync::Arc;
use std::time::Duration;

use postern_authn::Authn;
use postern_authn::sign_in::SignIn;
use postern_authn::subject::Subject;
use postern_keystore::SessionCookie;
use postern_model::access::SessionLimits;
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::web::{Cors, Origin, RefusalPages, TrustedProxies};
use postern_portal::language::Languages;
use postern_portal::{OutageSessions, Portal, PortalRefusalPages, PortalSettings};
use postern_proxy::{Bridge, Core, CoreConfig, CorePorts, Faces, IdentityDialect, LegacyBridge, SessionCache};
use tokio_util::task::TaskTracker;

use crate::code_mail::code_sender;
use crate::code_sms::sms_sender;
use crate::config_error::ConfigError;
use crate::descriptors::DescriptorShares;
use crate::from_config::rules;
use crate::from_config::upstreams;
use crate::oidc_http_client::ProviderClient;
use crate::signing::SigningKeys;
use crate::stack::limiter::Limiter;
use crate::storage::Storage;
use crate::telemetry::EventCounts;
use postern_config::{Config, HeaderDialect, Rate};

/// Dependencies of the services; they outlive a reload.
pub struct Dependencies {
    /// The store, migrated.
    pub storage: Storage,
    /// The keys that sign assertions.
    pub signing: Arc<SigningKeys>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Cached sessions; the store invalidates them.
    pub cache: Arc<SessionCache>,
    /// Counters of events.
    pub events: EventCounts,
    /// Deliveries of codes under way.
    pub deliveries: TaskTracker,
}

/// The services of one gateway under one configuration.
pub struct Services {
    /// Forwards requests and answers checks.
    pub faces: Faces,
    /// Pages and API.
    pub portal: Arc<Portal>,
    /// Renders refusals as pages.
    pub pages: Arc<dyn RefusalPages>,
    /// Sign-in, to probe the provider.
    pub sign_in: Arc<SignIn>,
    /// Rate limit of each client address.
    pub limiter: Option<Arc<Limiter>>,
    /// Proxies whose forwarding headers are trusted.
    pub trusted: TrustedProxies,
    /// Origins whose scripts may read responses.
    pub cors: Cors,
    /// How long sessions last.
    pub limits: SessionLimits,
    /// Whether forms are kept for users whose session ended.
    pub keeps_posts: bool,
    /// How long devices are trusted.
    pub device_trust: Option<Duration>,
    /// How long login attempts and account events are kept.
    pub retention: Duration,
    rate: Option<Rate>,
}

/// Services that a reload keeps, because their configuration is unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reused {
    /// The upstreams, with their connections and health.
    pub upstreams: bool,
}

/// Constructs the services. The Flask key is moved out of the configuration, since nothing else may hold it. With
/// services from before, the new ones take over their state: cached sessions, rate counters, and what is [`Reused`].
///
/// # Errors
/// [`ConfigError`] for a fault that shows only when the services are constructed.
pub fn wire(
    config: &mut Config,
    dependencies: &Dependencies,
    before: Option<(&Services, Reused)>,
) -> Result<Services, ConfigError> {
    let Dependencies { storage, signing, clock, entropy, cache, events, deliveries } = dependencies;
    let (session, https) = (&config.session, config.public_url.is_https());
    let cookie = SessionCookie::scoped(&session.cookie, https, session.scope.clone()).map_err(ConfigError::new)?;
    let site = rules::site(config);
    let trusted = TrustedProxies::new(config.trusted_proxies.clone()).with_unix(config.trust_unix);
    let settings = rules::settings(config);
    let policy = settings.policy.clone();

    let store = storage.port();

    let keyring = Arc::clone(&config.keys.keyring);
    let authn = Authn::new(Arc::clone(&store), Arc::clone(&keyring), Arc::clone(clock), Arc::clone(entropy), settings);
    let authn = authn
        .with_counts(Arc::clone(&events.accounts))
        .with_device_counts(Arc::clone(&events.devices))
        .with_code_sender(code_sender(config)?)
        .with_sms_sender(sms_sender(config)?)
        .with_deliveries(deliveries.clone());
    let authn = Arc::new(authn);
    let sign_in = Arc::new(SignIn::new(
        Arc::clone(&authn),
        Arc::new(site.clone()),
        rules::provider(config),
        rules::access(config),
        cookie.clone(),
        Arc::new(
            ProviderClient::for_issuer(&config.google)
                .map_err(ConfigError::new)?
                .with_counts(Arc::clone(&events.provider)),
        ),
    ));

    let identity = &config.identity;
    let own = identity.signature.as_ref().and_then(|key| key.public_jwk());
    let message_keys: Vec<_> = own.into_iter().chain(identity.signature_published.iter().cloned()).collect();
    let published = Arc::clone(signing);
    let product = rules::product(config);
    let provider_name = rules::provider_name(config);
    let brand = Arc::new(rules::brand(config));
    let pages: Arc<dyn RefusalPages> = Arc::new(PortalRefusalPages::new(
        &site,
        &product,
        &provider_name,
        Arc::clone(&brand),
        Languages::new(&config.pages.languages),
        config.pages.hsts,
    ));
    let most = DescriptorShares::of(config).upstream;
    let upstreams = config.upstreams.iter().map(|upstream| {
        let audience = upstream.audience.clone().unwrap_or_else(|| config.identity.audience.clone());
        Ok((upstreams::client(upstream, most)?, audience))
    });
    let upstreams = upstreams.collect::<Result<_, ConfigError>>()?;
    let legacy = config.netpilot.as_mut().map(|profile| LegacyBridge::new(profile.flask.take()));
    let core_config = CoreConfig {
        site: site.clone(),
        rules: rules::routes(config),
        policy,
        trusted: trusted.clone(),
        cors: config.cors.clone(),
        cookie: cookie.clone(),
        upstreams,
        bridges: bridges(config)?,
        audience: config.identity.audience.clone(),
        dialects: config.identity.dialects.iter().copied().map(dialect).collect(),
        also_remove: config.identity.also_remove.clone(),
        offers_device_binding: config.session.device_binding,
        check_cookies: config.check_cookies,
        admins: config.access.admins.clone(),
        message_key: config.identity.signature.clone(),
        compat: config.compat.clone(),
        legacy,
        pages: Arc::clone(&pages),
        revocation_bound: config.session.revocation_bound,
        outage_grace: config.session.outage_grace,
    };
    let keeps_posts = config.routes.iter().any(|route| route.keep_posts);
    let core_ports = CorePorts {
        cache: Arc::clone(cache),
        store,
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        signing: signing.active(),
        keyring,
        kept_posts: keeps_posts.then(|| Arc::new(authn.kept_posts())),
        broken_responses: Arc::clone(&events.broken_responses),
    };
    let core = match before {
        Some((before, reused)) => before.faces.core.reconfigured(core_config, core_ports, reused.upstreams),
        None => Core::new(core_config, core_ports),
    };

    let faces = Faces::new(core.map_err(ConfigError::new)?);
    let portal = Arc::new(Portal::new(
        authn,
        Arc::clone(&sign_in),
        Arc::new(site),
        PortalSettings {
            product,
            provider: provider_name,
            brand,
            languages: Languages::new(&config.pages.languages),
            cookie,
            cors: config.cors.clone(),
            form_targets: Origin::of(&config.google.issuer).into_iter().collect(),
            hsts: config.pages.hsts,
            outage_sessions: outage_sessions(&faces.core),
            demands: Arc::new(rules::second_factor_demands(config)),
            jwks: Arc::new(move || published.jwks(&message_keys)),
            jwks_max_age: config.identity.keys.max_age().as_secs(),
        },
        Arc::clone(entropy),
    ));

    let rate = config.limits.requests_per_address;
    let limiter = match before.filter(|(before, _)| before.rate == rate) {
        Some((before, _)) => before.limiter.clone(),
        None => rate.map(|rate| Arc::new(Limiter::new(rate))),
    };
    Ok(Services {
        faces,
        portal,
        pages,
        sign_in,
        limiter,
        trusted,
        cors: config.cors.clone(),
        limits: config.session.limits,
        keeps_posts,
        device_trust: config.second_factor.trusted_devices,
        retention: config.log.retention,
        rate,
    })
}

/// Lets the portal serve the sessions that the data plane serves during an outage of the store.
fn outage_sessions(core: &Arc<Core>) -> OutageSessions {
    let core = Arc::clone(core);
    Arc::new(move |token| {
        let core = Arc::clone(&core);
        Box::pin(async move {
            let session = core.session_in_outage(&token).await?;
            Some(session as Arc<dyn Subject + Send>)
        })
    })
}

/// The bridges, each with the index of its upstream.
fn bridges(config: &Config) -> Result<Vec<(usize, Bridge)>, ConfigError> {
    let bridges = config.bridges.iter().map(|bridge| {
        let index = config
            .upstreams
            .iter()
            .position(|upstream| bridge.upstream.as_ref().is_none_or(|name| *name == upstream.name));
        let index = index.ok_or_else(|| ConfigError::new("bridge: no upstream of this name"))?;
        let made =
            Bridge::new(bridge.format().map_err(ConfigError::new)?, bridge.cookie.clone(), bridge.contents.clone());
        Ok((index, made))
    });
    bridges.collect()
}

fn dialect(dialect: HeaderDialect) -> IdentityDialect {
    match dialect {
        HeaderDialect::XAuth => IdentityDialect::XAuth,
        HeaderDialect::Remote => IdentityDialect::Remote,
        HeaderDialect::Oauth2Proxy => IdentityDialect::OAuth2Proxy,
    }
}
