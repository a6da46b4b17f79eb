//! The checked configuration, and reading it section by section.

use std::path::PathBuf;

use ipnet::IpNet;
use postern_authn::rules::PathComparison;
use postern_model::access::SecondFactorPolicy;
use postern_model::web::{ChallengeUi, Cors, Origin};
use postern_proxy::Compat;

use crate::access::{self, WhoMaySignIn};
use crate::bridge::{self, BridgeConfig};
use crate::carried;
use crate::compat;
use crate::cookie_scope;
use crate::cors;
use crate::google::{self, Google};
use crate::identity::{self, IdentityConfig};
use crate::keys::{self, KeysConfig};
use crate::legacy::{self, NetpilotConfig};
use crate::limits::{self, Limits};
use crate::listen::{self, Listen};
use crate::log::{self, LogConfig};
use crate::mail::{self, MailConfig};
use crate::own_address;
use crate::pages::{self, Pages};
use crate::parse;
use crate::passkeys::{self, PasskeysConfig};
use crate::path_check;
use crate::route::{self, RouteConfig};
use crate::route_check;
use crate::second_factor::{self, SecondFactorConfig};
use crate::session::{self, SessionConfig};
use crate::sms::{self, SmsConfig};
use crate::store::{self, StoreConfig};
use crate::table::Table;
use crate::upstream::{self, UpstreamConfig};
use crate::{path_comparisons, paths};

/// A complete and consistent configuration.
#[derive(Debug)]
pub struct Config {
    /// The gateway's origin as browsers see it.
    pub public_url: Origin,
    /// Path prefix of the gateway's own pages: leading slash, no trailing one.
    pub base_path: String,
    /// Directory of the embedded store.
    pub state_dir: PathBuf,
    /// Networks whose `X-Forwarded-*` headers are trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether the `X-Forwarded-*` headers of Unix socket peers are trusted.
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
    /// Passkeys; `None` if they are switched off or impossible.
    pub passkeys: Option<PasskeysConfig>,
    /// Pages.
    pub pages: Pages,
    /// Mail; `None`: none is sent.
    pub mail: Option<MailConfig>,
    /// The hook that sends codes by SMS; `None`: there is none.
    pub sms: Option<SmsConfig>,
    /// Backends; routes name them.
    pub upstreams: Vec<UpstreamConfig>,
    /// Routes in order.
    pub routes: Vec<RouteConfig>,
    /// Framework sessions that the gateway makes for upstreams.
    pub bridges: Vec<BridgeConfig>,
    /// Identity for upstreams.
    pub identity: IdentityConfig,
    /// Endpoints of other gateways that this one also serves.
    pub compat: Compat,
    /// Path spellings that the backends of forward-auth checks treat as equal.
    pub check_paths: Option<PathComparison>,
    /// Whether allowed checks over HTTP carry the cookies that the backend is to get.
    pub check_cookies: bool,
    /// The NetPilot profile; `None`: off.
    pub netpilot: Option<NetpilotConfig>,
    /// Origins whose scripts may call the API.
    pub cors: Cors,
    /// The same as a list.
    pub cors_origins: Vec<Origin>,
    /// Limits.
    pub limits: Limits,
    /// Logs.
    pub log: LogConfig,
}

impl Config {
    /// How each upstream compares paths, by its index; without any, the backends of checks at index 0.
    pub fn path_comparisons(&self) -> Vec<PathComparison> {
        path_comparisons::comparisons(&self.upstreams, &self.bridges, self.check_paths)
    }
}

/// Reads every section, in the order of the documentation.
pub(crate) fn sections(root: &mut Table<'_>, https: bool) -> Option<Config> {
    let remedy = "write the origin that browsers see, such as https://netpilot.example.com";
    let public_url = root.require("public_url", remedy, parse::public_origin);
    let base_path = root.make("base_path", parse::base_path).unwrap_or_else(|| "/postern".to_owned());
    let state_dir = root.text("state_dir").map_or_else(|| PathBuf::from("/var/lib/postern"), PathBuf::from);
    let (trusted_proxies, trust_unix) = parse::peers(root, "trusted_proxies");
    let listen = root.section("listen", listen::read);
    let google = root.section("google", google::read);
    let access = root.section("access", access::read);
    let store = root.section("store", store::read);
    let keys = root.section("keys", keys::read);
    let session = root.section("session", session::read);
    let netpilot = root.section("legacy", legacy::read);
    let second_factor = root.section("second_factor", |table| second_factor::read(table, netpilot.is_some()));
    let passkeys = root.section("passkeys", |table| passkeys::read(table, public_url.as_ref()));
    if netpilot.as_ref().is_some_and(|profile| profile.second_factor == ChallengeUi::Dashboard)
        && second_factor.policy == SecondFactorPolicy::Required
    {
        let what =
            "under second_factor.policy = \"required\" the \"Skip for now\" of the dashboard's dialog leads to a \
                    dashboard that waits for data until session.first_factor is over: every call is refused"
                .to_owned();
        let remedy = "write \"pages\", with which nothing can be skipped, or second_factor.policy = \"per-user\"";
        root.warn("legacy.second_factor", what, remedy);
    }
    let pages = root.section("pages", |table| pages::read(table, netpilot.is_some()));
    let mail = root.section("mail", mail::read);
    // What is wrong with a section is told already.
    let told = root.has_problem("mail.url") || root.has_problem("mail.from");
    if second_factor.email_codes && mail.is_none() && !told {
        let what = "codes by mail need a mail server, and there is no usable [mail] section".to_owned();
        root.report("second_factor.email_codes", what, "set mail.url and mail.from, or write false");
    }
    let sms = root.section("sms", sms::read);
    if second_factor.sms_codes && sms.is_none() && !root.has_problem("sms.url") {
        let what = "codes by SMS need a hook, and there is no usable [sms] section".to_owned();
        root.report("second_factor.sms_codes", what, "set sms.url, or write false");
    }
    let upstreams = root.sections("upstream", &upstream::KEYS, upstream::read);
    let names: Option<Vec<&str>> = upstreams.iter().map(|upstream| Some(upstream.as_ref()?.name.as_str())).collect();
    let routes = root.sections("route", &route::KEYS, |table| route::read(table, names.as_deref()));
    root.secret("bridge.secret");
    let bridges = root.sections("bridge", &bridge::KEYS, bridge::read);
    let identity = root.section("identity", |table| identity::read(table, netpilot.is_some()));
    let (check_paths, check_cookies) = root.section("check", |table| (paths::read(table), carried::read(table)));
    let compat = root.section("compat", |table| compat::read(table, &base_path));
    let (cors, cors_origins) =
        root.section("cors", |table| cors::read(table, netpilot.as_ref().map(|profile| &profile.frontend_url)));
    let limits = root.section("limits", limits::read);
    let log = root.section("log", log::read);

    if https && public_url.as_ref().is_some_and(|origin| !origin.is_https()) {
        let what = "USE_HTTPS or SECURE_COOKIES is on, but this is http, so that cookies are not Secure";
        root.warn("public_url", what.to_owned(), "write the https origin");
    }
    if listen.tls.is_some() && public_url.as_ref().is_some_and(|origin| !origin.is_https()) {
        let what = "listen.tls is given, so that browsers see https, but this is http".to_owned();
        root.report("public_url", what, "write the https origin, or remove listen.tls");
    }
    if listen.redirect.is_some() && public_url.as_ref().is_some_and(|origin| !origin.is_https()) {
        let what = "this sends browsers to https, but public_url is http".to_owned();
        root.report("listen.redirect", what, "write the https origin in public_url, or \"off\" here");
    }
    if public_url.is_some() {
        route_check::check_factors(root, &routes, passkeys.is_some());
    }
    if let (Some(public_url), Some(passkeys)) = (&public_url, &passkeys) {
        passkeys::check(root, public_url, passkeys, &routes);
    }
    let whole = upstreams.iter().all(Option::is_some);
    let upstreams: Vec<UpstreamConfig> = upstreams.into_iter().flatten().collect();
    upstream::check(root, &upstreams);
    if whole {
        own_address::check(root, &listen, &upstreams);
    }
    let flask = netpilot.as_ref().is_some_and(|profile| profile.flask.is_some());
    if whole && upstreams.is_empty() && flask {
        let ways = carried::Ways { check_cookies, ext_authz: listen.ext_authz.is_some(), compat: &compat };
        carried::check(root, &ways);
    }
    if whole && upstreams.is_empty() && identity.signature.is_some() {
        let what = "there is no upstream: only requests that the gateway itself forwards are signed".to_owned();
        root.warn("identity.signature_key", what, "add an [[upstream]], or remove the key");
    }
    let bridges: Vec<BridgeConfig> = bridges.into_iter().flatten().collect();
    if let Some(public_url) = &public_url {
        cookie_scope::check(root, &session.scope, public_url, &routes, &cors_origins);
        route_check::check_binding(root, &routes, &session, public_url);
    }
    if whole {
        let told = [&trusted_proxies, &listen.proxy_protocol].iter().any(|peers| !peers.is_empty());
        route_check::check(root, &routes, told || listen.proxy_protocol_unix);
        path_check::check(root, &routes, &upstreams, &bridges, check_paths);
        bridge::check(root, &bridges, &upstreams, &session.cookie);
    }
    let bridged = !bridges.is_empty();
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
        passkeys,
        pages,
        mail,
        sms,
        upstreams,
        routes,
        bridges,
        identity,
        compat,
        check_paths,
        check_cookies: check_cookies.unwrap_or(flask || bridged),
        netpilot,
        cors,
        cors_origins,
        limits,
        log,
    })
}
