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
    let received = &exchange.received;
    if !exchange.services.portal.is_limited(&received.method, received.uri.path()) {
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

/// A page for navigations and forms, JSON for scripts.
fn rendering(exchange: &Exchange) -> Rendering {
    let received = &exchange.received;
    let form = received.method == Method::POST && !received.uri.path().contains("/api/");
    let page = form || is_navigation(&received.method, &received.headers);
    if page { Rendering::Page } else { Rendering::Json }
}
