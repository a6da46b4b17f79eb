//! Layer: takes the active configuration for a request, and finds out which endpoint it is for.

use std::sync::Arc;
use std::task::{Context, Poll};

use postern_listener::Request;
use tower::{Layer, Service};

use super::endpoint::Endpoint;
use super::exchange::Exchange;
use super::state::GatewayState;
use crate::wiring::Services;

/// Names the endpoint of a path: takes the base path, the services and the path.
type Classify = fn(&str, &Services, &str) -> Endpoint;

/// Makes [`WithActive`].
pub(crate) struct ActiveLayer {
    state: Arc<GatewayState>,
    classify: Classify,
}

/// Turns each request into an [`Exchange`].
#[derive(Clone)]
pub(crate) struct WithActive<S> {
    inner: S,
    state: Arc<GatewayState>,
    classify: Classify,
}

impl ActiveLayer {
    pub(crate) fn new(state: Arc<GatewayState>, classify: Classify) -> Self {
        Self { state, classify }
    }
}

impl<S> Layer<S> for ActiveLayer {
    type Service = WithActive<S>;

    fn layer(&self, inner: S) -> WithActive<S> {
        WithActive { inner, state: Arc::clone(&self.state), classify: self.classify }
    }
}

impl<S: Service<Exchange>> Service<Request> for WithActive<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, Request { received, peer }: Request) -> S::Future {
        let services = self.state.services();
        let endpoint = (self.classify)(self.state.base_path(), &services, received.uri.path());
        self.inner.call(Exchange { received, peer, services, endpoint })
    }
}
