//! Layer: refuses requests for the portal whose host is not served. The proxy's gate checks hosts by itself.

use std::task::{Context, Poll};

use http::StatusCode;
use http::header::HOST;
use postern_model::web::{Fields, is_navigation, text};
use postern_proxy::Rendering;
use tower::{Layer, Service};

use super::endpoint::Endpoint;
use super::exchange::{Answered, Exchange, OutcomeFuture, Refusal, refused};

/// Makes [`WithHostCheck`].
pub(crate) struct HostCheckLayer;

/// Refuses foreign hosts.
#[derive(Clone)]
pub(crate) struct WithHostCheck<S> {
    inner: S,
}

impl<S> Layer<S> for HostCheckLayer {
    type Service = WithHostCheck<S>;

    fn layer(&self, inner: S) -> WithHostCheck<S> {
        WithHostCheck { inner }
    }
}

impl<S> Service<Exchange> for WithHostCheck<S>
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
        if exchange.endpoint == Endpoint::Portal && !is_served(&exchange) {
            let problem = exchange.services.faces.core.renderer().unknown_host();
            let navigation = is_navigation(&exchange.received.method, &exchange.received.headers);
            let rendering = if navigation { Rendering::Page } else { Rendering::Json };
            return refused(exchange.refuse(StatusCode::MISDIRECTED_REQUEST, problem, rendering));
        }
        self.inner.call(exchange)
    }
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
