//! The data plane in one piece.

mod reverse_proxy;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::HeaderValue;
use postern_authn::access::Permit;
use postern_http::Peer;
use postern_keystore::SigningKey;
use postern_model::entropy::Entropy;
use postern_model::web::{RefusalPages, Site, TrustedProxies};
use tokio::task::JoinSet;

use crate::answer::{Answers, Audience};
use crate::bridge::Bridge;
use crate::compat::Compat;
use crate::config::{InvalidPlane, PlaneConfig, PlanePorts};
use crate::gate::{Case, Gate, Refusal};
use crate::host::Hosts;
use crate::hygiene::Hygiene;
use crate::identity::{Channel, Identities, Prepared};
use crate::legacy::LEGACY_COOKIE;
use crate::lineage::Lineage;
use crate::message_signature::MessageSigner;
use crate::sessions::{Freshness, Sessions, seen_step};
use crate::upstream::Upstream;

/// The data plane. Share it behind an `Arc`.
pub struct Plane {
    pub(crate) site: Site,
    pub(crate) trusted: TrustedProxies,
    pub(crate) gate: Arc<Gate>,
    pub(crate) identities: Identities,
    /// What a check's yes tells of nobody.
    pub(crate) nobody: Arc<[u8]>,
    pub(crate) envoy_prefix: String,
    pub(crate) lineage: Lineage,
    pub(crate) compat: Compat,
    pages: Arc<dyn RefusalPages>,
    entropy: Arc<dyn Entropy>,
    hygiene: Hygiene,
    signer: Option<MessageSigner>,
    upstreams: Vec<Routed>,
    /// The cookies that are withheld where there is no upstream: the NetPilot backend's session.
    legacy_cookies: Vec<String>,
    warned: AtomicBool,
}

/// An upstream, and what its requests carry.
pub(crate) struct Routed {
    pub(crate) upstream: Arc<Upstream>,
    /// Index of its audience and bridge.
    channel: usize,
    /// The cookies that are the gateway's alone between it and this upstream.
    pub(crate) withheld: Vec<String>,
}

impl Plane {
    /// Puts a data plane together.
    pub fn new(config: PlaneConfig, ports: PlanePorts) -> Result<Self, InvalidPlane> {
        Self::build(config, ports, None, false)
    }

    /// Puts the next data plane of the same gateway together: it has the sessions at hand of this one and, where they are
    /// configured the same, its upstreams. It does nothing until [`Plane::take_over`].
    pub fn successor(
        &self,
        config: PlaneConfig,
        ports: PlanePorts,
        same_upstreams: bool,
    ) -> Result<Self, InvalidPlane> {
        Self::build(config, ports, Some(self), same_upstreams)
    }

    /// Holds what lasts longer than a request (WebSockets, answers without end) to the rules of this plane from now on.
    pub fn take_over(&self) {
        self.lineage.put_in_force(Arc::clone(&self.gate));
    }

    fn build(
        config: PlaneConfig,
        ports: PlanePorts,
        before: Option<&Self>,
        same_upstreams: bool,
    ) -> Result<Self, InvalidPlane> {
        let routes = config.rules.routes();
        let hosts = Hosts::new(&config.site, routes.iter().flat_map(|route| &route.hosts))?;
        let count = config.upstreams.len();
        if let Some(route) = routes.iter().find(|route| route.upstream >= count.max(1)) {
            return Err(InvalidPlane::NoSuchUpstream(route.upstream, count));
        }
        let withhold_legacy = config.legacy.is_some();
        let legacy_cookies: Vec<String> = withhold_legacy.then(|| LEGACY_COOKIE.to_owned()).into_iter().collect();
        let mut channels: Vec<Channel> = Vec::new();
        let mut upstreams = Vec::with_capacity(count);
        let mut bridges = config.bridges;
        for (index, (upstream, audience)) in config.upstreams.into_iter().enumerate() {
            let bridge = bridges.iter().position(|(of, _)| *of == index).map(|found| bridges.swap_remove(found).1);
            let withheld = legacy_cookies.iter().cloned().chain(bridge.iter().flat_map(Bridge::names)).collect();
            let same = |known: &Channel| bridge.is_none() && known.bridge.is_none() && known.audience == audience;
            let channel = channels.iter().position(same).unwrap_or(channels.len());
            if channel == channels.len() {
                channels.push(Channel { audience, bridge });
            }
            let kept = before.filter(|_| same_upstreams).and_then(|before| before.upstreams.get(index));
            let upstream = match kept {
                Some(kept) => Arc::clone(&kept.upstream),
                None => Arc::new(Upstream::new(upstream)),
            };
            upstreams.push(Routed { upstream, channel, withheld });
        }
        if upstreams.is_empty() {
            channels.push(Channel { audience: config.audience, bridge: None });
        }
        let issuer = config.site.origin().as_str().to_owned();
        let entropy = Arc::clone(&ports.entropy);
        let freshness = Freshness {
            revocation_bound: config.revocation_bound,
            outage_grace: config.outage_grace,
            seen_step: seen_step(config.policy.limits.idle),
        };
        let lineage = match before {
            Some(before) => before.lineage.next(before.gate.sessions.held_to(freshness, channels.len())),
            None => {
                let clock = Arc::clone(&ports.clock);
                Lineage::new(Sessions::new(ports.cache, ports.store, clock, freshness, channels.len()))
            }
        };
        let identities =
            Identities::new(issuer, channels, config.dialects, ports.signing, ports.entropy, config.legacy)
                .with_admins(config.admins)
                .with_policy(config.policy)
                .of_generation(lineage.generation);
        let key = config.message_key;
        let signer = key.map(|key| MessageSigner::new(key, identities.names(), Arc::clone(&entropy)));
        Ok(Self {
            nobody: identities.nobody(),
            identities,
            envoy_prefix: config.site.path("auth/envoy"),
            compat: config.compat,
            pages: config.pages,
            entropy,
            hygiene: Hygiene::new(config.cookie.clone(), config.trusted.clone()),
            signer,
            gate: Arc::new(Gate {
                hosts,
                rules: config.rules,
                policy: config.policy,
                cookie: config.cookie,
                cors: config.cors,
                withhold_legacy,
                sessions: lineage.sessions.clone(),
                clock: ports.clock,
            }),
            site: config.site,
            trusted: config.trusted,
            upstreams,
            legacy_cookies,
            lineage,
            warned: AtomicBool::new(false),
        })
    }

    /// The sessions at hand: flush them every few seconds, read their counters.
    pub fn sessions(&self) -> &Sessions {
        &self.gate.sessions
    }

    /// The hosts that are served.
    pub fn hosts(&self) -> &Hosts {
        &self.gate.hosts
    }

    /// Signs assertions with another key from now on; publish it first.
    pub fn set_signing_key(&self, key: Arc<SigningKey>) {
        self.identities.set_signing_key(key);
    }

    /// Closes the WebSockets that are open. For the end of the process.
    pub fn close_tunnels(&self) {
        self.lineage.tunnels.cancel();
    }

    /// Looks after the health of the upstreams for as long as it is polled.
    pub async fn watch_upstreams(self: Arc<Self>) {
        let mut watches = JoinSet::new();
        for index in 0..self.upstreams.len() {
            let plane = Arc::clone(&self);
            watches.spawn(async move {
                if let Some(routed) = plane.upstreams.get(index) {
                    routed.upstream.watch_health().await;
                }
            });
        }
        while watches.join_next().await.is_some() {}
    }

    /// The upstreams' names, and whether requests for them are let through.
    pub fn upstreams(&self) -> impl Iterator<Item = (&str, bool)> {
        self.upstreams.iter().map(|routed| (routed.upstream.name(), !routed.upstream.health().is_down()))
    }

    /// What the identity of a permit looks like to its upstream. `None` on public routes.
    pub(crate) fn prepared(&self, case: &Case, permit: &Permit<'_>) -> Result<Option<Prepared>, Refusal> {
        let (Some(identity), Some(session)) = (permit.identity(), &case.session) else { return Ok(None) };
        let channel = self.upstreams.get(case.upstream).map_or(0, |routed| routed.channel);
        session.prepared(&self.identities, identity, channel, case.now).map(Some).map_err(|error| {
            tracing::error!(%error, "an assertion could not be signed");
            Refusal::Unavailable
        })
    }

    /// The cookies that are the gateway's alone between it and this upstream.
    pub(crate) fn withheld(&self, upstream: usize) -> &[String] {
        self.upstreams.get(upstream).map_or(&self.legacy_cookies, |routed| &routed.withheld)
    }

    pub(crate) fn answers<'r>(&'r self, audience: Audience, origin: Option<&'r HeaderValue>) -> Answers<'r> {
        Answers {
            audience,
            origin,
            cors: &self.gate.cors,
            now: self.gate.clock.now(),
            pages: self.pages.as_ref(),
            entropy: self.entropy.as_ref(),
        }
    }

    /// Whether requests are forwarded at all.
    pub(crate) fn forwards(&self) -> bool {
        !self.upstreams.is_empty()
    }

    pub(crate) fn hygiene(&self) -> &Hygiene {
        &self.hygiene
    }

    /// Tells the operator once what to configure; whoever floods the endpoint floods no log.
    pub(crate) fn warn_untrusted(&self, dialect: &'static str, peer: &Peer) {
        let address = peer.address().map(tracing::field::display);
        if self.warned.swap(true, Ordering::Relaxed) {
            tracing::debug!(dialect, peer.address = address, "a check by a peer that is not trusted was refused");
        } else {
            tracing::warn!(
                dialect,
                peer.address = address,
                "a check by a peer that is not trusted was refused; if this is your proxy, add its address to trusted_proxies"
            );
        }
    }
}
