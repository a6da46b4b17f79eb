//! What a core is made from.

use std::sync::Arc;
use std::time::Duration;

use postern_authn::access::Policy;
use postern_authn::rules::Rules;
use postern_keystore::{MessageKey, SessionCookie, SigningKey};
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::store::SessionStore;
use postern_model::web::{Cors, RefusalPages, Site, TrustedProxies};

use crate::identity::IdentityDialect;
use crate::identity::bridge::Bridge;
use crate::identity::netpilot_session::LegacyBridge;
use crate::sessions::SessionCache;
use crate::target::host::InvalidHost;
use crate::upstream::UpstreamConfig;

/// The settings of a core.
pub struct CoreConfig {
    /// The gateway's own URLs.
    pub site: Site,
    /// What routes demand. Their `upstream` counts in [`CoreConfig::upstreams`].
    pub rules: Rules,
    /// What the deployment demands of sessions.
    pub policy: Policy,
    /// Peers whose `X-Forwarded-*` counts and who may ask for checks.
    pub trusted: TrustedProxies,
    /// Other origins whose pages may call.
    pub cors: Cors,
    /// The session cookie.
    pub cookie: SessionCookie,
    /// The upstreams, each with the audience of its assertions. Empty where the gateway only answers checks.
    pub upstreams: Vec<(UpstreamConfig, String)>,
    /// The bridges, with the index of their upstream; one for each at most.
    pub bridges: Vec<(usize, Bridge)>,
    /// The audience of assertions where there is no upstream.
    pub audience: String,
    /// The headers that carry the identity.
    pub dialects: Vec<IdentityDialect>,
    /// Further headers that clients must not send, in lower case; one that ends in `*` is a prefix.
    pub also_remove: Vec<String>,
    /// Verified addresses whose owners are in the group `admin`.
    pub admins: Vec<String>,
    /// Signs every request that is forwarded (RFC 9421); `None`: none is.
    pub message_key: Option<Arc<MessageKey>>,
    /// The endpoints of other gateways that are answered too.
    pub compat: Compat,
    /// The NetPilot profile, where it is on.
    pub legacy: Option<LegacyBridge>,
    /// Renders refusals as pages.
    pub pages: Arc<dyn RefusalPages>,
    /// Oldest cached session that is served while the store answers.
    pub revocation_bound: Duration,
    /// How much older it may grow while the store does not.
    pub outage_grace: Duration,
}

/// What a core needs from outside.
pub struct CorePorts {
    /// The cache that the store tells of changes.
    pub cache: Arc<SessionCache>,
    /// Sessions.
    pub store: Arc<dyn SessionStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for the identifiers of assertions.
    pub entropy: Arc<dyn Entropy>,
    /// Signs assertions.
    pub signing: Arc<SigningKey>,
}

/// Why a core cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCore {
    /// A route names a host that cannot be.
    #[error(transparent)]
    Host(#[from] InvalidHost),
    /// A route counts beyond the upstreams.
    #[error("a route names upstream number {0}, and there are {1}")]
    NoSuchUpstream(usize, usize),
}

/// Which endpoints of other gateways are on.
#[derive(Clone, Debug, Default)]
pub struct Compat {
    /// oauth2-proxy's.
    pub oauth2_proxy: Option<OAuth2ProxyCompat>,
    /// Authelia's, `/api/authz/…` and `/api/verify`.
    pub authelia: bool,
}

/// Settings of oauth2-proxy's endpoints.
#[derive(Clone, Debug)]
pub struct OAuth2ProxyCompat {
    /// What its paths begin with: `/oauth2`, without a slash at the end.
    pub prefix: String,
    /// Which headers tell the target of a check.
    pub target: TargetSource,
}

/// Which headers of a check the proxy always sets itself, so that they can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetSource {
    /// Unknown. Headers only make the outcome stricter; nothing below a full session passes.
    Strict,
    /// `X-Forwarded-Method`, `-Proto`, `-Host` and `-Uri` (Traefik, Caddy).
    Forwarded,
    /// `X-Original-URL` and `X-Original-Method` (ingress-nginx).
    OriginalUrl,
}
