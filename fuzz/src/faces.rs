//! A data plane without sessions, in front of an upstream that does not exist: only permitted requests get the refusal
//! that says so.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use postern_authn::access::Policy;
use postern_authn::rules::{PathPattern, Route, Rules};
use postern_keystore::{Keyring, MasterKey, SessionCookie, SigningAlgorithm, SigningKey};
use postern_model::ExposeSecret;
use postern_model::access::Access;
use postern_model::web::{Cors, Site, TrustedProxies};
use postern_portal::PortalRefusalPages;
use postern_portal::language::Languages;
use postern_proxy::{
    Compat, Core, CoreConfig, CorePorts, Faces, IdentityDialect, SessionCache, UpstreamAddress, UpstreamConfig,
};
use postern_store::SqliteStore;
use postern_testkit::clock::ManualClock;
use postern_testkit::entropy::SeededEntropy;
use tokio::runtime::Runtime;

/// The only public prefix.
pub(crate) const PUBLIC: &str = "/public/";

/// The data plane of the process, which no input changes.
pub(crate) fn faces() -> &'static Faces {
    static PLANE: OnceLock<Faces> = OnceLock::new();
    PLANE.get_or_init(|| faces_for(UpstreamAddress::Unix("/nonexistent/upstream".into())))
}

/// A data plane in front of this upstream.
pub(crate) fn faces_for(upstream: UpstreamAddress) -> Faces {
    let store = SqliteStore::open_in_memory(Arc::new(SeededEntropy::new(2))).expect("a store");
    runtime().block_on(store.migrate()).expect("a schema");
    let (_, document) = SigningKey::generate(SigningAlgorithm::Es256).expect("a key");
    let key = SigningKey::from_pkcs8(SigningAlgorithm::Es256, document.expose_secret()).expect("a key");
    let master = MasterKey::from_base64(&MasterKey::generate(&SeededEntropy::new(7))).expect("a key");
    let ports = CorePorts {
        cache: Arc::new(SessionCache::new(16)),
        store: Arc::new(store),
        clock: Arc::new(ManualClock::default()),
        entropy: Arc::new(SeededEntropy::new(3)),
        signing: Arc::new(key),
        keyring: Arc::new(Keyring::new(master, Vec::new())),
        kept_posts: None,
        broken_responses: Arc::default(),
    };
    Faces::new(Core::new(configuration(upstream), ports).expect("valid faces"))
}

/// The runtime of all targets.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
    })
}

/// Whether this names the one host that is served, in any spelling.
pub(crate) fn is_served(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let (name, port) = host.split_once(':').unwrap_or((&host, "443"));
    name.strip_suffix('.').unwrap_or(name) == "example.com" && port.parse() == Ok(443_u16)
}

/// The headers in lines of text; `None` if a line is not a header.
pub(crate) fn headers<'d>(lines: impl Iterator<Item = &'d [u8]>) -> Option<HeaderMap> {
    let header = |line: &[u8]| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        Some((name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?))
    };
    lines.map(header).collect()
}

/// Whether every server reads this method alike: capitals and `-` only, neither `TRACE` nor `CONNECT`.
pub(crate) fn is_plain(method: &Method) -> bool {
    let plain = method.as_str().bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    plain && !matches!(*method, Method::TRACE | Method::CONNECT)
}

/// The origin whose pages may call the application.
const FRONT_END: &str = "https://app.example.net";

/// Whether this is a preflight of an allowed origin: they are forwarded without identity, to any path.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    let allowed = headers.get_all(ORIGIN).iter().eq([FRONT_END]);
    method == Method::OPTIONS && allowed && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn configuration(upstream: UpstreamAddress) -> CoreConfig {
    let route = |path: &str, access| Route::new(PathPattern::parse(path).expect("a pattern"), access);
    let site = Site::new("https://example.com".parse().expect("an origin"), "/postern", Vec::new(), None);
    CoreConfig {
        pages: Arc::new(PortalRefusalPages::new(&site, "App", "Google", Arc::default(), Languages::default(), true)),
        site,
        rules: Rules::new(vec![route("/public/*", Access::Public), route("/closed/*", Access::Deny)]),
        policy: Policy::default(),
        trusted: TrustedProxies::new(vec!["10.0.0.0/8".parse().expect("a network")]),
        cors: Cors::new(vec![FRONT_END.parse().expect("an origin")]),
        cookie: SessionCookie::new("postern", true).expect("a name"),
        upstreams: vec![(UpstreamConfig::plain("app", upstream), "app".to_owned())],
        bridges: Vec::new(),
        audience: "app".to_owned(),
        dialects: vec![IdentityDialect::XAuth],
        also_remove: Vec::new(),
        offers_device_binding: false,
        check_cookies: false,
        admins: Vec::new(),
        message_key: None,
        compat: Compat::default(),
        legacy: None,
        revocation_bound: Duration::from_secs(10),
        outage_grace: Duration::from_secs(60),
    }
}
