//! Configuration: layers are merged, every key is read into its type, and everything that is wrong is told at once.

mod access;
mod bridge;
mod command;
mod compat;
mod cors;
mod dotenv;
mod fingerprint;
mod google;
mod identity;
mod keys;
mod layers;
mod legacy;
mod limits;
mod listen;
mod log;
mod netpilot;
mod pages;
mod parse;
mod problem;
mod reader;
mod route;
mod route_check;
mod second_factor;
mod secret;
mod session;
mod store;
mod table;
mod unknown;
mod upstream;
mod upstream_tls;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use figment::Figment;
use figment::value::Value;
use ipnet::IpNet;
use postern_model::web::{Cors, Origin};
use postern_proxy::Compat;

pub use access::WhoMaySignIn;
pub use bridge::{BridgeConfig, BridgeKind};
pub use fingerprint::Fingerprint;
pub(crate) use fingerprint::contents;
pub use google::{GOOGLE, Google};
pub use identity::{HeaderDialect, IdentityConfig, SigningKeysConfig};
pub use keys::KeysConfig;
pub use layers::{PREFIX, Sources};
pub use legacy::NetpilotConfig;
pub use limits::{Limits, Rate};
pub use listen::{Address, Listen};
pub use log::{LogConfig, LogFormat};
pub use pages::Pages;
pub(crate) use problem::printable;
pub use problem::{Problem, Problems};
pub use route::RouteConfig;
pub use second_factor::SecondFactorConfig;
pub use session::SessionConfig;
pub use store::StoreConfig;
pub use upstream::{HealthConfig, UpstreamConfig, UpstreamUrl};
pub use upstream_tls::{TlsFiles, TlsMisfit};

use netpilot::Netpilot;
use reader::{Findings, Reader};
use table::{Complaint, Table};

/// A complete and consistent configuration.
#[derive(Debug)]
pub struct Config {
    /// The gateway's origin as browsers see it.
    pub public_url: Origin,
    /// Where the gateway's own pages live: leading slash, no trailing one.
    pub base_path: String,
    /// Where the embedded store lives.
    pub state_dir: PathBuf,
    /// Networks whose `X-Forwarded-*` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether that of peers of a Unix socket counts.
    pub trust_unix: bool,
    /// Listeners.
    pub listen: Listen,
    /// Provider.
    pub google: Google,
    /// Who may sign in.
    pub access: WhoMaySignIn,
    /// Store.
    pub store: StoreConfig,
    /// Keys.
    pub keys: KeysConfig,
    /// Sessions.
    pub session: SessionConfig,
    /// Second factors.
    pub second_factor: SecondFactorConfig,
    /// Pages.
    pub pages: Pages,
    /// Backends; routes name them.
    pub upstreams: Vec<UpstreamConfig>,
    /// Routes in order.
    pub routes: Vec<RouteConfig>,
    /// Sessions that are made for upstreams.
    pub bridges: Vec<BridgeConfig>,
    /// Identity for upstreams.
    pub identity: IdentityConfig,
    /// The endpoints of other gateways that are answered too.
    pub compat: Compat,
    /// The NetPilot profile, where it is on.
    pub netpilot: Option<NetpilotConfig>,
    /// Whose scripts may call the API.
    pub cors: Cors,
    /// The same as a list.
    pub cors_origins: Vec<Origin>,
    /// Limits.
    pub limits: Limits,
    /// Logs.
    pub log: LogConfig,
}

/// A configuration and what is unwise about it.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What should be looked at.
    pub warnings: Vec<Problem>,
    /// What it was made from.
    pub fingerprint: Fingerprint,
}

/// Reads all layers. Every problem is in the error, each with its remedy.
pub fn load(sources: &Sources) -> Result<Loaded, Problems> {
    let (config, findings, fingerprint) = read(sources)?;
    match config {
        Some(config) if findings.problems.is_empty() => Ok(Loaded { config, warnings: findings.warnings, fingerprint }),
        _ => Err(Problems(findings.problems)),
    }
}

/// Every key that exists (`route.path` for keys of lists), and those of them that hold secrets.
pub fn known_keys() -> (BTreeSet<String>, BTreeSet<String>) {
    let reader = Reader::new(Figment::new(), None, BTreeMap::new());
    let mut root = reader.root();
    let _ = sections(&mut root, false);
    root.done();
    let findings = reader.finish();
    (findings.known, findings.secrets)
}

fn read(sources: &Sources) -> Result<(Option<Config>, Findings, Fingerprint), Problems> {
    let file = sources.file.as_deref().map(layers::file).transpose().map_err(|problem| Problems(vec![problem]))?;
    let mut figment = Figment::new();
    if let Some(file) = file {
        figment = figment.merge(file);
    }
    figment = figment.merge(layers::environment(&sources.environment));
    figment = figment.merge(layers::command_line(&sources.overrides));
    let netpilot = netpilot_layer(&figment, &sources.environment).map_err(|problem| Problems(vec![problem]))?;
    let (mut origins, mut https, mut problems, mut warnings) = (BTreeMap::new(), false, Vec::new(), Vec::new());
    if let Some(Netpilot { values, origins: variables, warnings: w, problems: p, https: on }) = netpilot {
        figment = figment.join(values);
        (origins, https, problems, warnings) = (variables, on, p, w);
    }
    let reader = Reader::new(figment, sources.file.clone(), origins);
    problems.into_iter().for_each(|problem| reader.report(problem));
    warnings.into_iter().for_each(|warning| reader.warn(warning));
    // Before the values are read: what changes in between is then found at the next look.
    let fingerprint = Fingerprint::of(&reader.values());
    let mut root = reader.root();
    let config = sections(&mut root, https);
    root.done();
    Ok((config, reader.finish(), fingerprint))
}

/// The NetPilot layer, where our own settings switch the profile on. The process's environment wins over the `.env`.
fn netpilot_layer(figment: &Figment, environment: &BTreeMap<String, String>) -> Result<Option<Netpilot>, Problem> {
    let text = |key: &str| figment.find_value(key).ok().and_then(Value::into_string).filter(|text| !text.is_empty());
    if text("legacy.profile").as_deref() != Some("netpilot") {
        return Ok(None);
    }
    let mut variables = match text("legacy.env_file") {
        Some(path) => netpilot::env_file(path.as_ref(), environment)?,
        None => BTreeMap::new(),
    };
    variables.extend(environment.iter().map(|(name, value)| (name.clone(), value.clone())));
    Ok(Some(netpilot::translate(&variables)))
}

/// Reads every section, in the order of the documentation.
fn sections(root: &mut Table<'_>, https: bool) -> Option<Config> {
    let remedy = "write the origin that browsers see, such as https://netpilot.example.com";
    let public_url = root.require("public_url", remedy, parse::public_origin);
    let base_path = root.make("base_path", base_path).unwrap_or_else(|| "/postern".to_owned());
    let state_dir = root.text("state_dir").map_or_else(|| PathBuf::from("/var/lib/postern"), PathBuf::from);
    let (trusted_proxies, trust_unix) = peers(root, "trusted_proxies");
    let listen = root.section("listen", listen::read);
    let google = root.section("google", google::read);
    let access = root.section("access", access::read);
    let store = root.section("store", store::read);
    let keys = root.section("keys", keys::read);
    let session = root.section("session", session::read);
    let netpilot = root.section("legacy", legacy::read);
    let second_factor = root.section("second_factor", |table| second_factor::read(table, netpilot.is_some()));
    let pages = root.section("pages", |table| pages::read(table, netpilot.is_some()));
    let upstreams = root.sections("upstream", &upstream::KEYS, upstream::read);
    let routes = root.sections("route", &route::KEYS, route::read);
    root.secret("bridge.secret");
    let bridges = root.sections("bridge", &bridge::KEYS, bridge::read);
    let identity = root.section("identity", |table| identity::read(table, netpilot.is_some()));
    let compat = root.section("compat", |table| compat::read(table, &base_path));
    let (cors, cors_origins) = root.section("cors", cors::read);
    let limits = root.section("limits", limits::read);
    let log = root.section("log", log::read);

    if https && public_url.as_ref().is_some_and(|origin| !origin.is_https()) {
        let what = "USE_HTTPS or SECURE_COOKIES is on, but this is http, so that cookies are not Secure";
        root.unwise("public_url", what.to_owned(), "write the https origin");
    }
    if listen.tls.is_some() && public_url.as_ref().is_some_and(|origin| !origin.is_https()) {
        let what = "listen.tls is given, so that browsers see https, but this is http".to_owned();
        root.wrong("public_url", what, "write the https origin, or remove listen.tls");
    }
    if listen.redirect.is_some() && public_url.as_ref().is_some_and(|origin| !origin.is_https()) {
        let what = "this sends browsers to https, but public_url is http".to_owned();
        root.wrong("listen.redirect", what, "write the https origin in public_url, or \"off\" here");
    }
    let whole = upstreams.iter().all(Option::is_some);
    let upstreams: Vec<UpstreamConfig> = upstreams.into_iter().flatten().collect();
    upstream::check(root, &upstreams);
    if whole && upstreams.is_empty() && identity.signature.is_some() {
        let what = "there is no upstream: only requests that the gateway itself forwards are signed".to_owned();
        root.unwise("identity.signature_key", what, "add an [[upstream]], or remove the key");
    }
    if whole {
        let told = [&trusted_proxies, &listen.proxy_protocol].iter().any(|peers| !peers.is_empty());
        route_check::check(root, &routes, &upstreams, told || listen.proxy_protocol_unix);
    }
    let bridges: Vec<BridgeConfig> = bridges.into_iter().flatten().collect();
    if whole {
        bridge::check(root, &bridges, &upstreams, &session.cookie);
    }
    let routes = routes.into_iter().flatten().collect();
    Some(Config {
        public_url: public_url?,
        base_path,
        state_dir,
        trusted_proxies,
        trust_unix,
        listen,
        google: google?,
        access,
        store,
        keys: keys?,
        session,
        second_factor,
        pages,
        upstreams,
        routes,
        bridges,
        identity,
        compat,
        netpilot,
        cors,
        cors_origins,
        limits,
        log,
    })
}

/// Networks, and whether "unix" is among them: peers in front of the gateway.
fn peers(table: &mut Table<'_>, key: &str) -> (Vec<IpNet>, bool) {
    let peers = table.list_of(key, |text| match text {
        "unix" => Ok(None),
        text => parse::network(text).map(Some),
    });
    let unix = peers.contains(&None);
    (peers.into_iter().flatten().collect(), unix)
}

fn base_path(text: &str) -> Result<String, Complaint> {
    let segment = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    match text.strip_prefix('/') {
        Some(rest) if rest.split('/').all(segment) => Ok(text.to_owned()),
        _ => Err((format!("{text:?} is no base path"), "write it like /postern: a leading slash, none at the end")),
    }
}
