//! Filter: limits how often one client may send requests that cost a write, a hash, or a request to the provider.

use http::{Method, StatusCode};
use postern_model::web::{Problem, is_navigation};
use postern_proxy::Rendering;

use super::endpoint::Endpoint;
use super::exchange::{Exchange, Refusal};
use super::state::GatewayState;

/// Refuses clients that send too many of the limited requests.
pub(crate) fn limit_rate(state: &GatewayState, exchange: Exchange) -> Result<Exchange, Box<Refusal>> {
    if exchange.endpoint != Endpoint::Portal {
        return Ok(exchange);
    }
    state.warn_of_unnamed(&exchange);
    if !is_limited(state.base_path(), &exchange) {
        return Ok(exchange);
    }
    let client = exchange.client();
    let counted = exchange.services.limiter.as_ref().map_or(Ok(()), |limiter| limiter.count(client));
    let Err(wait) = counted else { return Ok(exchange) };
    tracing::warn!(client.address = %client, "rate limit exceeded: too many requests from one address");
    let message = "Too many requests came from your network address. Wait a moment and try again.";
    let problem = Problem::new("TOO_MANY_REQUESTS", message);
    let rendering = rendering(&exchange);
    let mut refusal = exchange.refuse(StatusCode::TOO_MANY_REQUESTS, problem, rendering);
    refusal.retry_after = Some(wait);
    Err(refusal)
}

/// Writes, callbacks of the provider, and the beginnings of sign-ins. What browsers send by themselves to prove their device is
/// none of these: they give the binding up when it is refused, and it costs less than a page.
fn is_limited(base_path: &str, exchange: &Exchange) -> bool {
    let path = exchange.received.uri.path();
    let own = path.strip_prefix(base_path);
    let callback = own == Some("/callback");
    let by_itself = matches!(own, Some("/device/registration" | "/device/refresh"));
    (exchange.received.method == Method::POST && !by_itself) || callback || matches!(path, "/authorize" | "/login")
}

/// A page for navigations and forms, JSON for scripts.
fn rendering(exchange: &Exchange) -> Rendering {
    let received = &exchange.received;
    let form = received.method == Method::POST && !received.uri.path().contains("/api/");
    let page = form || is_navigation(&received.method, &received.headers);
    if page { Rendering::Page } else { Rendering::Json }
}
