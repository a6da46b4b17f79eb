//! The parts that all faces share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use http::{Response, StatusCode};
use postern_authn::access::Permit;
use postern_authn::kept_posts::KeptPosts;
use postern_authn::rules::Route;
use postern_keystore::SigningKey;
use postern_model::session::TokenHash;
use postern_model::web::TrustedProxies;
use tokio::task::JoinSet;

use crate::config::{Compat, CoreConfig, CorePorts, InvalidCore};
use crate::gate::{Gate, Refusal, RequestContext};
use crate::generation::Generation;
use crate::headers::sanitize::{Credentials, Sanitizer};
use crate::identity::message_signature::MessageSigner;
use crate::identity::netpilot_session::LEGACY_COOKIE;
use crate::identity::{Identities, RenderedIdentity};
use crate::response::problems;
use crate::response::renderer::Renderer;
use crate::response::{Reader, body::Body};
use crate::sessions::{CachedSession, Freshness, Sessions};
use crate::target::NoTarget;
use crate::target::dialect::InvalidCheck;
use crate::target::host::Hosts;
use crate::upstream::Upstream;
use crate::upstream::routed::Upstreams;
use postern_http::Peer;

/// The parts of the data plane that all faces share: the gate, the identities, the upstreams and the renderer of refusals.
///
/// A new configuration makes a new core by [`Core::reconfigured`]; requests under way end on the old one.
pub struct Core {
    pub(crate) gate: Arc<Gate>,
    pub(crate) identities: Identities,
    pub(crate) upstreams: Upstreams,
    pub(crate) sanitizer: Sanitizer,
    pub(crate) signer: Option<MessageSigner>,
    pub(crate) renderer: Renderer,
    pub(crate) generation: Generation,
    pub(crate) compat: Compat,
    /// Whether an allowed check over HTTP carries the cookies that the backend is to get.
    pub(crate) check_cookies: bool,
    /// The forms that are kept while a step is missing.
    pub(crate) kept_posts: Option<Arc<KeptPosts>>,
    /// Counts responses that upstreams broke off after their head.
    pub(crate) broken_responses: Arc<AtomicU64>,
    /// Identity lines of an allowed check without an identity: every name, empty.
    pub(crate) blank_identity: Arc<[u8]>,
    /// Path prefix that Envoy adds to a check.
    pub(crate) envoy_prefix: String,
    warned: AtomicBool,
}

impl Core {
    /// Builds a core.
    ///
    /// # Errors
    /// [`InvalidCore`] for errors that only show when routes and upstreams are combined.
    pub fn new(config: CoreConfig, ports: CorePorts) -> Result<Self, InvalidCore> {
        Self::build(config, ports, None, false)
    }

    /// Builds the next core of the same gateway. It shares this one's cached sessions and, with `same_upstreams`, its
    /// connections. Call [`Core::activate`] to make it the active one.
    ///
    /// # Errors
    /// As [`Core::new`].
    pub fn reconfigured(
        &self,
        config: CoreConfig,
        ports: CorePorts,
        same_upstreams: bool,
    ) -> Result<Self, InvalidCore> {
        Self::build(config, ports, Some(self), same_upstreams)
    }

    /// Decides on long-lived requests (WebSockets, endless responses) by the rules of this core from now on.
    pub fn activate(&self) {
        self.generation.activate(Arc::clone(&self.gate));
    }

    fn build(
        config: CoreConfig,
        ports: CorePorts,
        before: Option<&Self>,
        same_upstreams: bool,
    ) -> Result<Self, InvalidCore> {
        let routes = config.rules.routes();
        check_upstreams(routes, config.upstreams.len())?;
        let hosts = Hosts::new(&config.site, routes.iter().flat_map(|route| &route.hosts))?;
        let withhold_legacy = config.legacy.is_some();
        let legacy_cookies = withhold_legacy.then(|| LEGACY_COOKIE.to_owned()).into_iter().collect();
        let reused = before.filter(|_| same_upstreams).map(|before| &before.upstreams);
        let (upstreams, audiences) =
            Upstreams::new(config.upstreams, config.bridges, config.audience, legacy_cookies, reused);
        let freshness = Freshness {
            revocation_bound: config.revocation_bound,
            outage_grace: config.outage_grace,
            seen_step: config.policy.limits.seen_step(),
        };
        let generation = match before {
            Some(before) => before.generation.next(before.gate.sessions.held_to(freshness, audiences.len())),
            None => {
                let clock = Arc::clone(&ports.clock);
                Generation::first(Sessions::new(ports.cache, ports.store, clock, freshness, audiences.len()))
            }
        };
        let entropy = Arc::clone(&ports.entropy);
        let issuer = config.site.origin().as_str().to_owned();
        let identities =
            Identities::new(issuer, audiences, config.dialects, ports.signing, ports.entropy, config.legacy)
                .with_admins(config.admins)
                .with_policy(config.policy.clone())
                .of_generation(generation.number);
        let key = config.message_key;
        let signer = key.map(|key| MessageSigner::new(key, identities.names(), Arc::clone(&entropy)));
        Ok(Self {
            blank_identity: identities.no_identity(),
            identities,
            upstreams,
            sanitizer: Sanitizer::new(config.cookie.clone(), config.trusted.clone())
                .with_also_removed(config.also_remove)
                .with_device_binding(config.offers_device_binding),
            signer,
            envoy_prefix: config.site.path("auth/envoy"),
            compat: config.compat,
            check_cookies: config.check_cookies,
            kept_posts: ports.kept_posts,
            broken_responses: ports.broken_responses,
            gate: Arc::new(Gate {
                hosts,
                rules: config.rules,
                policy: config.policy,
                cookie: config.cookie.clone(),
                keyring: ports.keyring,
                cors: config.cors.clone(),
                withhold_legacy,
                trusted: config.trusted,
                sessions: generation.sessions.clone(),
                clock: Arc::clone(&ports.clock),
            }),
            renderer: Renderer {
                site: config.site,
                cors: config.cors,
                cookie: config.cookie,
                pages: config.pages,
                clock: ports.clock,
                entropy,
            },
            generation,
            warned: AtomicBool::new(false),
        })
    }

    /// Returns the session lookup: flush it every few seconds, read its counters.
    pub fn sessions(&self) -> &Sessions {
        &self.gate.sessions
    }

    /// Returns a session as the data plane would serve it while the store is unavailable: from the cache, for the outage
    /// grace.
    pub async fn session_in_outage(&self, token: &TokenHash) -> Option<Arc<CachedSession>> {
        self.gate.sessions.lookup(token, self.gate.clock.now()).await.ok().flatten()
    }

    /// Returns the served hosts.
    pub fn hosts(&self) -> &Hosts {
        &self.gate.hosts
    }

    /// Returns the renderer that the faces use for refusals.
    pub fn renderer(&self) -> &Renderer {
        &self.renderer
    }

    /// Signs assertions with another key from now on; publish it first.
    pub fn set_signing_key(&self, key: Arc<SigningKey>) {
        self.identities.set_signing_key(key);
    }

    /// Closes all open WebSockets, at shutdown.
    pub fn close_tunnels(&self) {
        self.generation.tunnels.cancel();
    }

    /// Checks the health of the upstreams while it is polled.
    pub async fn watch_upstreams(self: Arc<Self>) {
        let mut watches = JoinSet::new();
        for routed in self.upstreams.iter() {
            let upstream: Arc<Upstream> = Arc::clone(&routed.upstream);
            watches.spawn(async move { upstream.watch_health().await });
        }
        while watches.join_next().await.is_some() {}
    }

    /// Returns the upstreams' names, and whether requests to them are allowed through.
    pub fn upstreams(&self) -> impl Iterator<Item = (&str, bool)> {
        self.upstreams.iter().map(|routed| (routed.upstream.name(), !routed.upstream.health().is_down()))
    }

    pub(crate) fn trusted(&self) -> &TrustedProxies {
        &self.gate.trusted
    }

    /// Decides on a request, and renders the identity for its upstream.
    ///
    /// # Errors
    /// The refusal; [`Refusal::Unavailable`] if an assertion cannot be signed.
    pub(crate) fn admit<'c>(&'c self, context: &'c RequestContext) -> Result<Admitted<'c>, Refusal> {
        let permit = self.gate.decide(context)?;
        let identity = match (permit.identity(), &context.session) {
            (Some(identity), Some(session)) => {
                let audience = self.upstreams.audience(context.upstream);
                let rendered = session.rendered(&self.identities, identity, audience, context.now);
                Some(rendered.map_err(|error| {
                    tracing::error!(%error, "assertion not signed; request refused");
                    Refusal::Unavailable
                })?)
            }
            _ => None,
        };
        Ok(Admitted { permit, identity })
    }

    /// Returns the gateway data that requests to an upstream carry beside the client's headers.
    pub(crate) fn credentials<'i>(
        &'i self,
        upstream: usize,
        identity: Option<&'i RenderedIdentity>,
    ) -> Credentials<'i> {
        Credentials { identity, withheld_cookies: self.upstreams.withheld_cookies(upstream) }
    }

    /// Refuses a check by a peer that is not a trusted proxy. Logs one warning only, so that flooding the endpoint does
    /// not flood the log.
    pub(crate) fn untrusted(&self, dialect: &'static str, peer: &Peer) -> Response<Body> {
        let address = peer.address().map(tracing::field::display);
        if self.warned.swap(true, Ordering::Relaxed) {
            tracing::debug!(dialect, peer.address = address, "forward-auth check from an untrusted peer refused");
        } else {
            tracing::warn!(
                dialect,
                peer.address = address,
                "forward-auth check from an untrusted peer refused; if this is your proxy, add its address to trusted_proxies"
            );
        }
        self.renderer.problem(Reader::PROGRAM, StatusCode::FORBIDDEN, &problems::untrusted())
    }

    /// Refuses a check that cannot be parsed.
    pub(crate) fn invalid_check(&self, dialect: &'static str, why: InvalidCheck) -> Response<Body> {
        // The client chooses method and path, so that neither is an error of the proxy's configuration.
        let problem = if let InvalidCheck::NoTarget(why @ (NoTarget::Method | NoTarget::Form)) = why {
            tracing::debug!(dialect, %why, "forward-auth check refused");
            problems::of(Refusal::NoTarget(why))
        } else {
            tracing::warn!(dialect, %why, "forward-auth check not understood");
            problems::invalid_check()
        };
        self.renderer.problem(Reader::PROGRAM, StatusCode::FORBIDDEN, &problem)
    }
}

/// Request that was allowed.
pub(crate) struct Admitted<'c> {
    /// The permission.
    pub(crate) permit: Permit<'c>,
    /// The identity for the upstream; `None` on public routes.
    pub(crate) identity: Option<RenderedIdentity>,
}

fn check_upstreams(routes: &[Route], count: usize) -> Result<(), InvalidCore> {
    match routes.iter().find(|route| route.upstream >= count.max(1)) {
        Some(route) => Err(InvalidCore::NoSuchUpstream(route.upstream, count)),
        None => Ok(()),
    }
}
