//! Forward-auth, over the whole stack.

mod cross_site;
mod responses;
mod targets;

use crate::support::{Answer, Stack};

pub(crate) const DIALECTS: [&str; 5] = ["nginx", "traefik", "caddy", "haproxy", "envoy"];

/// A stack whose peer is a trusted proxy.
async fn trusted() -> Stack {
    Stack { peer: "10.0.0.9", ..Stack::plain().await }
}

/// Asks as a well-behaved proxy of this dialect would, about a request with these headers.
async fn check(stack: &Stack, dialect: &str, method: &str, path: &str, headers: &[&str]) -> Answer {
    check_at(stack, dialect, method, "example.com", path, headers).await
}

pub(crate) async fn check_at(
    stack: &Stack,
    dialect: &str,
    method: &str,
    host: &str,
    path: &str,
    headers: &[&str],
) -> Answer {
    let own: Vec<String> = match dialect {
        "nginx" => vec![format!("X-Original-URL: https://{host}{path}"), format!("X-Original-Method: {method}")],
        "envoy" => vec![format!("Host: {host}")],
        _ => vec![
            format!("X-Forwarded-Method: {method}"),
            "X-Forwarded-Proto: https".to_owned(),
            format!("X-Forwarded-Host: {host}"),
            format!("X-Forwarded-Uri: {path}"),
            "X-Forwarded-For: 198.51.100.7".to_owned(),
        ],
    };
    let mut all: Vec<&str> = own.iter().map(String::as_str).collect();
    all.extend(headers);
    let line = match dialect {
        "envoy" => format!("{method} /postern/auth/envoy{path}"),
        _ => format!("GET /postern/auth/{dialect}"),
    };
    // A check endpoint is called under the gateway's own address.
    if dialect != "envoy" {
        all.push("Host: gateway.internal");
    }
    stack.send(&line, &all).await
}
