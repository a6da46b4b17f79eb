//! Filter: refuses requests for the portal whose host is not served. The proxy's gate checks hosts by itself.

use http::StatusCode;
use http::header::HOST;
use postern_model::web::{Fields, is_navigation, text};
use postern_proxy::Rendering;

use super::endpoint::Endpoint;
use super::exchange::{Exchange, Refusal};

/// Refuses foreign hosts.
pub(crate) fn check_host(exchange: Exchange) -> Result<Exchange, Box<Refusal>> {
    if exchange.endpoint != Endpoint::Portal || is_served(&exchange) {
        return Ok(exchange);
    }
    let problem = exchange.services.faces.core.renderer().unknown_host();
    let navigation = is_navigation(&exchange.received.method, &exchange.received.headers);
    let rendering = if navigation { Rendering::Page } else { Rendering::Json };
    Err(exchange.refuse(StatusCode::MISDIRECTED_REQUEST, problem, rendering))
}

/// Whether the `Host` header and the request line name one host, and it is served.
fn is_served(exchange: &Exchange) -> bool {
    let hosts = exchange.services.faces.core.hosts();
    let served = |host: &str| hosts.find(host).ok().map(|host| host.origin().clone());
    let mut named = exchange.received.headers.all(HOST);
    let (Some(host), None) = (named.next().and_then(text), named.next()) else { return false };
    let Some(host) = served(host) else { return false };
    exchange.received.uri.authority().is_none_or(|authority| served(authority.as_str()) == Some(host))
}
