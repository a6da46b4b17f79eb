//! Layer: limits how often one client may send requests that cost a write, a hash, or a request to the provider.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Method, StatusCode};
use postern_model::web::{Problem, is_navigation};
use postern_proxy::Rendering;
use tower::{Layer, Service};

use super::endpoint::Endpoint;
use super::exchange::{Answered, Exchange, OutcomeFuture, Refusal, refused};
use super::state::GatewayState;

/// Makes [`WithRateLimit`].
pub(crate) struct RateLimitLayer {
    state: Arc<GatewayState>,
}

/// Refuses clients that send too many of the limited requests.
#[derive(Clone)]
pub(crate) struct WithRateLimit<S> {
    inner: S,
    state: Arc<GatewayState>,
}

impl RateLimitLayer {
    pub(crate) fn new(state: Arc<GatewayState>) -> Self {
        Self { state }
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = WithRateLimit<S>;

    fn layer(&self, inner: S) -> WithRateLimit<S> {
        WithRateLimit { inner, state: Arc::clone(&self.state) }
    }
}

impl<S> Service<Exchange> for WithRateLimit<S>
where
    S: Service<Exchange, Response = Answered, Error = Box<Refusal>, Future = OutcomeFuture>,
{
    type Response = Answered;
    type Error = Box<Refusal>;
    type Future = OutcomeFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Box<Refusal>>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, exchange: Exchange) -> OutcomeFuture {
        if exchange.endpoint == Endpoint::Portal {
            self.state.warn_of_unnamed(&exchange);
        }
        if exchange.endpoint != Endpoint::Portal || !is_limited(self.state.base_path(), &exchange) {
            return self.inner.call(exchange);
        }
        let client = exchange.client();
        let counted = exchange.services.limiter.as_ref().map_or(Ok(()), |limiter| limiter.count(client));
        let Err(wait) = counted else { return self.inner.call(exchange) };
        tracing::warn!(client.address = %client, "rate limit exceeded: too many requests from one address");
        let message = "Too many requests came from your network address. Wait a moment and try again.";
        let problem = Problem::new("TOO_MANY_REQUESTS", message);
        let rendering = rendering(&exchange);
        let mut refusal = exchange.refuse(StatusCode::TOO_MANY_REQUESTS, problem, rendering);
        refusal.retry_after = Some(wait);
        refused(refusal)
    }
}

/// Writes, callbacks of the provider, and the beginnings of sign-ins.
fn is_limited(base_path: &str, exchange: &Exchange) -> bool {
    let path = exchange.received.uri.path();
    let callback = path.strip_prefix(base_path) == Some("/callback");
    exchange.received.method == Method::POST || callback || matches!(path, "/authorize" | "/login")
}

/// A page for navigations and forms, JSON for scripts.
fn rendering(exchange: &Exchange) -> Rendering {
    let received = &exchange.received;
    let form = received.method == Method::POST && !received.uri.path().contains("/api/");
    let page = form || is_navigation(&received.method, &received.headers);
    if page { Rendering::Page } else { Rendering::Json }
}
