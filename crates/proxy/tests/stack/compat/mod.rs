//! The endpoints of other gateways, over the whole stack.

mod authelia;
mod oauth2_proxy;
mod refusals;
mod targets;

use crate::support::{Answer, Stack};
use postern_proxy::{Compat, CoreConfig, OAuth2ProxyCompat, TargetSource};

fn compat(target: TargetSource) -> Compat {
    Compat { oauth2_proxy: Some(OAuth2ProxyCompat { prefix: "/oauth2".to_owned(), target }), authelia: true }
}

/// A stack whose peer is a trusted proxy and that answers everybody's endpoints.
async fn stack(target: TargetSource, change: impl FnOnce(&mut CoreConfig)) -> Stack {
    let stack = Stack::new(|config| {
        config.compat = compat(target);
        change(config);
    });
    Stack { peer: "10.0.0.9", ..stack.await }
}

async fn strict() -> Stack {
    stack(TargetSource::Strict, |_| ()).await
}

const TRAEFIK: [&str; 5] = [
    "X-Forwarded-Method: GET",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: example.com",
    "X-Forwarded-For: 198.51.100.7",
    "Host: gateway.internal",
];

/// Asks as Traefik does.
async fn traefik(stack: &Stack, address: &str, uri: &str, headers: &[&str]) -> Answer {
    let uri = format!("X-Forwarded-Uri: {uri}");
    let all: Vec<&str> = TRAEFIK.iter().copied().chain([uri.as_str()]).chain(headers.iter().copied()).collect();
    stack.send(&format!("GET {address}"), &all).await
}

/// Asks as oauth2-proxy's nginx snippet does.
async fn nginx(stack: &Stack, query: &str, uri: &str, headers: &[&str]) -> Answer {
    let uri = format!("X-Forwarded-Uri: {uri}");
    let own = ["Host: example.com", "X-Real-IP: 198.51.100.7", uri.as_str()];
    let all: Vec<&str> = own.iter().copied().chain(headers.iter().copied()).collect();
    stack.send(&format!("GET /oauth2/auth{query}"), &all).await
}
