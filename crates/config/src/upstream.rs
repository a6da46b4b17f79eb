//! `[[upstream]]`: the backends.

use std::time::Duration;

use http::uri::PathAndQuery;
use postern_authn::rules::PathComparison;
use postern_proxy::Protocol;

use crate::parse;
use crate::paths;
use crate::table::{Complaint, Table};
use crate::upstream_tls::{self, TlsFiles};
use crate::upstream_url::UpstreamUrl;

/// The keys of an upstream.
pub(crate) const KEYS: [&str; 17] = [
    "name",
    "url",
    "protocol",
    "timeout",
    "connect_timeout",
    "body_timeout",
    "idle_timeout",
    "paths",
    "max_connections",
    "health",
    "health_interval",
    "health_failures",
    "audience",
    "ca",
    "client_certificate",
    "client_key",
    "server_name",
];

/// A backend.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// Name, used by routes.
    pub name: String,
    /// Address.
    pub url: UpstreamUrl,
    /// Protocol.
    pub protocol: Protocol,
    /// Longest wait for the head of a response.
    pub timeout: Duration,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest pause within a response body; `None`: no limit.
    pub body_timeout: Option<Duration>,
    /// How long an idle connection is kept.
    pub idle_timeout: Duration,
    /// Path spellings that it treats as equal, if configured.
    pub paths: Option<PathComparison>,
    /// Concurrent requests and WebSockets; `None`: no limit.
    pub max_connections: Option<u32>,
    /// Health check; `None`: off.
    pub health: Option<HealthConfig>,
    /// Audience of assertions for it; `None`: `identity.audience`.
    pub audience: Option<String>,
    /// Trusted authorities and client certificate for https.
    pub tls: TlsFiles,
}

/// Health check of an upstream.
#[derive(Clone, Debug)]
pub struct HealthConfig {
    /// Requested path.
    pub path: PathAndQuery,
    /// Time between two checks.
    pub interval: Duration,
    /// Consecutive failures until the upstream counts as down.
    pub failures: u32,
}

pub(crate) fn read(table: &mut Table<'_>) -> Option<UpstreamConfig> {
    let name = table.require("name", "give it a name, such as name = \"netpilot\"", |name| Ok(name.to_owned()));
    let url = table.require("url", "write where it listens, such as url = \"http://127.0.0.1:5000\"", url);
    let protocol = table.make("protocol", protocol).unwrap_or_default();
    let timeout = table.duration("timeout", Duration::from_secs(120));
    let connect_timeout = table.duration("connect_timeout", Duration::from_secs(5));
    let body_timeout = table.make("body_timeout", |text| parse::unless_off(text, crate::table::duration)).flatten();
    let idle_timeout = table.duration("idle_timeout", Duration::from_secs(20));
    let paths = paths::read(table);
    let max_connections = table.count_or_off("max_connections", 1..=1_000_000).unwrap_or(Some(1024));
    let path = table.make("health", health_path);
    let interval = table.duration("health_interval", Duration::from_secs(5));
    let failures = table.count("health_failures", 3, 1..=1000);
    let audience = table.text("audience");
    let https = matches!(&url, Some(UpstreamUrl::Web(origin)) if origin.is_https());
    let tls = upstream_tls::read(table, https);
    let health = path.map(|path| HealthConfig { path, interval, failures });
    Some(UpstreamConfig {
        name: name?,
        url: url?,
        protocol,
        timeout,
        connect_timeout,
        body_timeout,
        idle_timeout,
        paths,
        max_connections,
        health,
        audience,
        tls,
    })
}

/// Reports names that are used twice.
pub(crate) fn check(root: &Table<'_>, upstreams: &[UpstreamConfig]) {
    for (index, upstream) in upstreams.iter().enumerate() {
        if upstreams.iter().take(index).any(|earlier| earlier.name == upstream.name) {
            let what = format!("{:?} is the name of an earlier upstream too", upstream.name);
            root.report(&format!("upstream[{index}].name"), what, "give every upstream a name of its own");
        }
    }
}

fn url(text: &str) -> Result<UpstreamUrl, Complaint> {
    if let Some(path) = text.strip_prefix("unix:") {
        let complaint = (format!("{text:?} is no path of a socket"), "write it like unix:/run/netpilot.sock");
        return if path.starts_with('/') { Ok(UpstreamUrl::Unix(path.into())) } else { Err(complaint) };
    }
    let url = parse::web_url(text)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        let remedy = "write scheme, host and port only: paths are forwarded as they come";
        return Err((format!("{text:?} has more than an origin"), remedy));
    }
    parse::origin(url.as_str()).map(UpstreamUrl::Web)
}

fn protocol(text: &str) -> Result<Protocol, Complaint> {
    match text {
        "http1" => Ok(Protocol::Http1),
        "http2" => Ok(Protocol::Http2),
        _ => Err((format!("{text:?} is no protocol"), "use http1 or http2 (gRPC needs http2)")),
    }
}

fn health_path(text: &str) -> Result<PathAndQuery, Complaint> {
    let path = text.parse::<PathAndQuery>().ok().filter(|path| text.starts_with('/') && path.as_str() == text);
    path.ok_or_else(|| {
        (format!("{text:?} is no path"), "write a path that answers 200 when all is well, such as /health")
    })
}
