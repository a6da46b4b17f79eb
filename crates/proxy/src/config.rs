//! Inputs of a core.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use postern_authn::access::Policy;
use postern_authn::kept_posts::KeptPosts;
use postern_authn::rules::Rules;
use postern_keystore::{Keyring, MessageKey, SessionCookie, SigningKey};
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

/// Settings of a core.
pub struct CoreConfig {
    /// The gateway's own URLs.
    pub site: Site,
    /// The routes. Their `upstream` is an index into [`CoreConfig::upstreams`].
    pub rules: Rules,
    /// The deployment's requirements for sessions.
    pub policy: Policy,
    /// Peers whose `X-Forwarded-*` headers are trusted and who may send checks.
    pub trusted: TrustedProxies,
    /// Other origins whose pages may call.
    pub cors: Cors,
    /// The session cookie.
    pub cookie: SessionCookie,
    /// The upstreams, each with the audience of its assertions. Empty if the gateway only answers checks.
    pub upstreams: Vec<(UpstreamConfig, String)>,
    /// The bridges, with the index of their upstream; at most one per upstream.
    pub bridges: Vec<(usize, Bridge)>,
    /// The audience of assertions if there is no upstream.
    pub audience: String,
    /// The headers that carry the identity.
    pub dialects: Vec<IdentityDialect>,
    /// Further headers that clients must not send, in lower case; one that ends in `*` is a prefix.
    pub also_remove: Vec<String>,
    /// Whether sessions are bound to devices, so that only the gateway may register them with browsers.
    pub offers_device_binding: bool,
    /// Whether allowed checks over HTTP carry the cookies that the backend is to get, the bridged session among them.
    pub check_cookies: bool,
    /// Verified addresses whose owners are in the group `admin`.
    pub admins: Vec<String>,
    /// Key that signs every forwarded request (RFC 9421); `None` for no signatures.
    pub message_key: Option<Arc<MessageKey>>,
    /// The endpoints of other gateways that are answered too.
    pub compat: Compat,
    /// The NetPilot profile, where it is on.
    pub legacy: Option<LegacyBridge>,
    /// Renders refusals as pages.
    pub pages: Arc<dyn RefusalPages>,
    /// Maximum age of a cached session while the store responds.
    pub revocation_bound: Duration,
    /// Additional age allowed while the store does not respond.
    pub outage_grace: Duration,
}

/// Dependencies of a core.
pub struct CorePorts {
    /// The cache that receives the store's notices.
    pub cache: Arc<SessionCache>,
    /// The session lookup.
    pub store: Arc<dyn SessionStore>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for the identifiers of assertions.
    pub entropy: Arc<dyn Entropy>,
    /// The signer of assertions.
    pub signing: Arc<SigningKey>,
    /// The keys that cookies of devices are checked with.
    pub keyring: Arc<Keyring>,
    /// The forms that are kept while a step is missing; `None` if no route keeps any.
    pub kept_posts: Option<Arc<KeptPosts>>,
    /// Counts responses that upstreams broke off after their head.
    pub broken_responses: Arc<AtomicU64>,
}

/// Error of building a core.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCore {
    /// A route names an invalid host.
    #[error(transparent)]
    Host(#[from] InvalidHost),
    /// A route's upstream index is out of range.
    #[error("a route names upstream number {0}, and there are {1}")]
    NoSuchUpstream(usize, usize),
}

/// Endpoints of other gateways that are enabled.
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
    /// The prefix of its paths: `/oauth2`, without a trailing slash.
    pub prefix: String,
    /// The headers that carry the target of a check.
    pub target: TargetSource,
}

/// Headers of a check that the proxy always sets itself, so that they can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetSource {
    /// Unknown. Headers only make the outcome stricter; nothing below a full session passes.
    Strict,
    /// `X-Forwarded-Method`, `-Proto`, `-Host` and `-Uri` (Traefik, Caddy).
    Forwarded,
    /// `X-Original-URL` and `X-Original-Method` (ingress-nginx).
    OriginalUrl,
}
