//! Layer: refuses the requests that a function rejects, and passes the others on.

use std::task::{Context, Poll};

use tower::{Layer, Service};

use super::exchange::{Answered, Exchange, OutcomeFuture, Refusal, refused};

/// Makes [`Filtered`] with a function that returns a request that may pass, or its refusal.
pub(crate) struct FilterLayer<F> {
    filter: F,
}

/// Passes requests on to the inner service unless its function refuses them.
#[derive(Clone)]
pub(crate) struct Filtered<S, F> {
    inner: S,
    filter: F,
}

impl<F: Fn(Exchange) -> Result<Exchange, Box<Refusal>>> FilterLayer<F> {
    pub(crate) fn new(filter: F) -> Self {
        Self { filter }
    }
}

impl<S, F: Clone> Layer<S> for FilterLayer<F> {
    type Service = Filtered<S, F>;

    fn layer(&self, inner: S) -> Filtered<S, F> {
        Filtered { inner, filter: self.filter.clone() }
    }
}

impl<S, F> Service<Exchange> for Filtered<S, F>
where
    S: Service<Exchange, Response = Answered, Error = Box<Refusal>, Future = OutcomeFuture>,
    F: Fn(Exchange) -> Result<Exchange, Box<Refusal>>,
{
    type Response = Answered;
    type Error = Box<Refusal>;
    type Future = OutcomeFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Box<Refusal>>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, exchange: Exchange) -> OutcomeFuture {
        match (self.filter)(exchange) {
            Ok(exchange) => self.inner.call(exchange),
            Err(refusal) => refused(refusal),
        }
    }
}
