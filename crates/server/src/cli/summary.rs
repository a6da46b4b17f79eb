//! A summary of the configuration for people and programs.

use std::io::{self, Write};
use std::time::Duration;

use postern_keystore::{SameSite, SessionCookie};
use postern_mail::Security;
use postern_model::access::{Access, BindingDemand, FactorDemand, SecondFactorPolicy};
use postern_model::mail::MailKind;
use postern_model::web::Site;
use postern_proxy::{Compat, TargetSource};
use serde_json::{Map, Value, json};

use super::output::table;
use crate::from_config::rules;
use postern_config::{BridgeConfig, Config, RouteConfig, SessionConfig, UpstreamConfig};

/// Facts, upstreams and routes of a configuration. Holds no secret.
pub(super) struct Summary {
    facts: Vec<(&'static str, String)>,
    upstreams: Vec<Vec<String>>,
    routes: Vec<Vec<String>>,
}

impl Summary {
    pub(super) fn of(config: &Config, file: String) -> Self {
        let limits = &config.session.limits;
        let site = rules::site(config);
        let list = |items: Vec<String>, none: &str| if items.is_empty() { none.to_owned() } else { items.join(", ") };
        let unix = config.trust_unix.then(|| "unix".to_owned());
        let mut facts = vec![
            ("configuration", file),
            ("public address", config.public_url.to_string()),
            ("own pages", format!("{}/…", site.base_path())),
            ("redirect URI to register", site.redirect_uri()),
            ("listens on", config.listen.address.to_string()),
            ("TLS", tls(config)),
            (
                "management",
                config.listen.management.as_ref().map_or_else(|| "off".to_owned(), |address| address.to_string()),
            ),
            (
                "Envoy over gRPC",
                config.listen.ext_authz.as_ref().map_or_else(|| "off".to_owned(), |address| address.to_string()),
            ),
            (
                "redirects to https",
                config.listen.redirect.as_ref().map_or_else(|| "off".to_owned(), |address| address.to_string()),
            ),
            ("PROXY protocol", proxy_protocol(config)),
            ("other gateways' endpoints", compat(&config.compat)),
            (
                "trusted proxies",
                list(
                    config.trusted_proxies.iter().map(ToString::to_string).chain(unix).collect(),
                    "none: X-Forwarded-* is ignored",
                ),
            ),
            ("provider", format!("{} ({})", rules::provider_name(config), config.google.issuer)),
            ("who may sign in", who(config)),
            ("second factor", policy(config)),
            ("codes by mail", email_codes(config).to_owned()),
            ("cookie", cookie(config)),
            ("hosts", hosts(config, &site)),
            ("session", format!("{} in all, {} without a request", text(limits.lifetime), text(limits.idle))),
            ("time to complete the second factor", text(limits.first_factor)),
            ("second factor counts for", text(limits.second_factor)),
            ("sign-out and revocation take effect within", text(config.session.revocation_bound)),
            ("cached sessions survive a store outage for", text(config.session.outage_grace)),
            ("sessions are bound to their device", binding(config)),
            (
                "identity headers",
                list(config.identity.dialects.iter().map(|dialect| dialect.name().to_owned()).collect(), "none"),
            ),
            ("assertion audience", config.identity.audience.clone()),
            (
                "requests to upstreams",
                config.identity.signature.as_ref().map_or_else(
                    || "not signed".to_owned(),
                    |key| format!("signed, {}, key {}", key.algorithm().name(), key.key_id()),
                ),
            ),
            ("mail", mail(config)),
            ("codes by SMS", sms(config)),
            ("CORS origins", list(config.cors_origins.iter().map(ToString::to_string).collect(), "our own pages only")),
            (
                "requests of one address",
                config.limits.requests_per_address.map_or_else(
                    || "not limited".to_owned(),
                    |rate| format!("{} requests in {}", rate.requests, text(rate.per)),
                ),
            ),
        ];
        if let Some(profile) = &config.netpilot {
            let session = if profile.flask.is_some() { "Flask session minted" } else { "no Flask session" };
            let import = if profile.fernet.is_some() { "import possible" } else { "no key to import with" };
            facts.push(("NetPilot profile", format!("{}, {session}, {import}", profile.frontend_url)));
        }
        let upstreams = config.upstreams.iter().enumerate().map(|(index, upstream)| {
            let audience = upstream.audience.as_ref().unwrap_or(&config.identity.audience);
            let session = session(config, upstream, index == 0);
            vec![upstream.name.clone(), upstream.url.to_string(), text(upstream.timeout), audience.clone(), session]
        });
        let first = config.upstreams.first().map_or("-", |upstream| upstream.name.as_str());
        let mut routes: Vec<Vec<String>> = config.routes.iter().map(|route| row(route, first)).collect();
        let rest = ["everything else", "any", "any", "full", first, ""];
        routes.push(rest.iter().map(|cell| (*cell).to_owned()).collect());
        Self { facts, upstreams: upstreams.collect(), routes }
    }

    pub(super) fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let facts: Vec<Vec<String>> =
            self.facts.iter().map(|(name, value)| vec![(*name).to_owned(), value.clone()]).collect();
        table(to, &["SETTING", "VALUE"], &facts)?;
        writeln!(to)?;
        match self.upstreams.is_empty() {
            true => writeln!(to, "No upstream: forward-auth only.")?,
            false => table(to, &["UPSTREAM", "URL", "TIMEOUT", "AUDIENCE", "SESSION"], &self.upstreams)?,
        }
        writeln!(to)?;
        table(to, &["ROUTE", "HOST", "METHODS", "ACCESS", "UPSTREAM", "ONLY FOR"], &self.routes)
    }

    pub(super) fn to_json(&self) -> Value {
        let facts: Map<String, Value> =
            self.facts.iter().map(|(name, value)| (name.replace([' ', '-'], "_"), json!(value))).collect();
        let named = |names: &[&str], rows: &[Vec<String>]| -> Value {
            rows.iter()
                .map(|row| {
                    names.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), json!(cell))).collect::<Value>()
                })
                .collect()
        };
        json!({
            "settings": facts,
            "upstreams": named(&["name", "url", "timeout", "audience", "session"], &self.upstreams),
            "routes": named(&["path", "host", "methods", "access", "upstream", "for"], &self.routes),
        })
    }
}

/// The framework session made for an upstream, by its bridge or by the NetPilot profile.
fn session(config: &Config, upstream: &UpstreamConfig, is_first: bool) -> String {
    let leads_here = |bridge: &&BridgeConfig| match &bridge.upstream {
        Some(name) => *name == upstream.name,
        None => is_first,
    };
    let flask = config.netpilot.as_ref().is_some_and(|profile| profile.flask.is_some());
    match config.bridges.iter().find(leads_here) {
        Some(bridge) => bridge.to_string(),
        None if flask => "flask, in the cookie session, NetPilot's".to_owned(),
        None => "none".to_owned(),
    }
}

fn binding(config: &Config) -> String {
    let SessionConfig { device_binding, device_proof, .. } = &config.session;
    if *device_binding {
        format!("where the browser can; proven every {}", text(*device_proof))
    } else {
        "no".to_owned()
    }
}

fn row(route: &RouteConfig, first: &str) -> Vec<String> {
    let path = route.path.to_string();
    let hosts: Vec<String> = route.hosts.iter().map(ToString::to_string).collect();
    let methods: Vec<&str> = route.methods.iter().map(http::Method::as_str).collect();
    let access = match route.access {
        Access::Fresh(span) => format!("fresh({})", text(span)),
        other => other.to_string(),
    };
    let access = match route.factor {
        FactorDemand::Any => access,
        factor => format!("{access}, {factor}"),
    };
    let access = match route.binding {
        BindingDemand::Any => access,
        BindingDemand::Device => format!("{access}, bound to the device"),
    };
    vec![
        path,
        if hosts.is_empty() { "any".to_owned() } else { hosts.join(" ") },
        if methods.is_empty() { "any".to_owned() } else { methods.join(" ") },
        access,
        route.upstream.clone().unwrap_or_else(|| first.to_owned()),
        narrowed(route),
    ]
}

/// The networks and users that a route is limited to.
fn narrowed(route: &RouteConfig) -> String {
    let networks: Vec<String> = route.networks.named().iter().map(ToString::to_string).collect();
    match (networks.is_empty(), route.principals.is_anyone()) {
        (true, true) => String::new(),
        (true, false) => route.principals.to_string(),
        (false, true) => format!("clients in {}", networks.join(", ")),
        (false, false) => format!("clients in {}; {}", networks.join(", "), route.principals),
    }
}

fn proxy_protocol(config: &Config) -> String {
    let unix = config.listen.proxy_protocol_unix.then(|| "unix".to_owned());
    let balancers: Vec<_> = config.listen.proxy_protocol.iter().map(ToString::to_string).chain(unix).collect();
    if balancers.is_empty() { "off".to_owned() } else { format!("from {}", balancers.join(", ")) }
}

fn tls(config: &Config) -> String {
    match &config.listen.tls {
        Some(files) => format!("certificate {}, key {}", files.certificate.display(), files.key.display()),
        None if config.listen.h2c => "off; HTTP/1.1, or HTTP/2 with prior knowledge".to_owned(),
        None => "off".to_owned(),
    }
}

fn who(config: &Config) -> String {
    let access = &config.access;
    let mut parts = Vec::new();
    if access.anyone {
        parts.push("every account with a verified address".to_owned());
    }
    if !access.domains.is_empty() {
        parts.push(format!("Workspace domains {}", access.domains.join(", ")));
    }
    if !access.emails.is_empty() {
        parts.push(access.emails.join(", "));
    }
    parts.join("; ")
}

fn compat(compat: &Compat) -> String {
    let oauth2 = compat.oauth2_proxy.as_ref().map(|oauth2| {
        let target = match oauth2.target {
            TargetSource::Strict => "at least full on every path",
            TargetSource::Forwarded => "the path is what X-Forwarded-* says",
            TargetSource::OriginalUrl => "the path is what X-Original-URL says",
        };
        format!("oauth2-proxy's at {}/… ({target})", oauth2.prefix)
    });
    let authelia = compat.authelia.then(|| "Authelia's at /api/authz/… and /api/verify".to_owned());
    let all: Vec<String> = oauth2.into_iter().chain(authelia).collect();
    if all.is_empty() { "none".to_owned() } else { all.join("; ") }
}

fn sms(config: &Config) -> String {
    match (&config.sms, config.second_factor.sms_codes) {
        (Some(sms), true) => format!("posted to {}", sms.url.host_str().unwrap_or_default()),
        (Some(_), false) => "off; there is a hook".to_owned(),
        (None, _) => "off".to_owned(),
    }
}

fn mail(config: &Config) -> String {
    let Some(mail) = &config.mail else { return "off".to_owned() };
    let server = &mail.server;
    let security = match server.security {
        Security::Tls => "TLS",
        Security::StartTls => "STARTTLS",
        Security::Plaintext => "not encrypted",
    };
    let login = if server.credentials.is_some() { "with a login" } else { "without a login" };
    let kinds: Vec<_> =
        MailKind::ALL.into_iter().filter(|kind| mail.notices.contains(*kind)).map(MailKind::name).collect();
    let kinds = match kinds.len() {
        0 => "no notices".to_owned(),
        all if all == MailKind::ALL.len() => "all notices".to_owned(),
        _ => kinds.join(", "),
    };
    format!("from {} by {}:{}, {security}, {login}; {kinds}", mail.from, server.host, server.port)
}

fn policy(config: &Config) -> String {
    let policy = match config.second_factor.policy {
        SecondFactorPolicy::Required => "required of everybody",
        SecondFactorPolicy::PerUser => "required of users who enrolled one or must have one",
    };
    format!("{policy}; apps call it {:?}", config.second_factor.issuer)
}

fn email_codes(config: &Config) -> &'static str {
    match config.second_factor.email_codes {
        true => "for users who switch them on, beside another factor",
        false => "off",
    }
}

/// A duration as it is written in the configuration.
fn text(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 if span.is_zero() => "0".to_owned(),
        0 => format!("{}ms", span.as_millis()),
        s if s % 86_400 == 0 => format!("{}d", s / 86_400),
        s if s % 3600 == 0 => format!("{}h", s / 3600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

/// The session cookie's name and attributes.
fn cookie(config: &Config) -> String {
    let (session, https) = (&config.session, config.public_url.is_https());
    let cookie = SessionCookie::scoped(&session.cookie, https, session.scope.clone());
    let name = cookie.map_or_else(|_| session.cookie.clone(), |cookie| cookie.name().to_owned());
    let domain = session.scope.domain.as_ref().map(|domain| format!(", shared by the hosts of {domain}"));
    let same_site = if session.scope.same_site == SameSite::None { ", SameSite=None" } else { "" };
    format!("{name}{}{same_site}", domain.unwrap_or_default())
}

/// Describes how one sign-in is valid for several hosts.
fn hosts(config: &Config, site: &Site) -> String {
    match (&config.session.scope.domain, site.has_other_hosts()) {
        (_, false) => "one".to_owned(),
        (Some(domain), true) => format!("several: they share the cookie of {domain}"),
        (None, true) => {
            format!("several: the session is handed over to each; send {}/ of every host here", site.base_path())
        }
    }
}
