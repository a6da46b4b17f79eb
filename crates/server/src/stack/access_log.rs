//! Layer: counts every response, and writes one log line a request.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use tower::{Layer, Service};

use super::exchange::{Exchange, Response};
use super::state::GatewayState;
use crate::telemetry::{RequestLog, RequestOutcome};

/// Makes [`WithAccessLog`].
pub(crate) struct AccessLogLayer {
    state: Arc<GatewayState>,
}

/// Logs and counts the responses of the inner service.
#[derive(Clone)]
pub(crate) struct WithAccessLog<S> {
    inner: S,
    state: Arc<GatewayState>,
}

/// A request that is not answered yet, with the properties to log.
struct Pending {
    state: Arc<GatewayState>,
    endpoint: &'static str,
    started: Instant,
    /// `None` where no line is to be written.
    log: Option<RequestLog>,
}

/// The response of the inner service, on its way to the log.
pub(crate) struct Logged<F> {
    inner: F,
    pending: Option<Pending>,
}

impl AccessLogLayer {
    pub(crate) fn new(state: Arc<GatewayState>) -> Self {
        Self { state }
    }
}

impl<S> Layer<S> for AccessLogLayer {
    type Service = WithAccessLog<S>;

    fn layer(&self, inner: S) -> WithAccessLog<S> {
        WithAccessLog { inner, state: Arc::clone(&self.state) }
    }
}

impl<S> Service<Exchange> for WithAccessLog<S>
where
    S: Service<Exchange, Response = Response, Future: Unpin>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Logged<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, exchange: Exchange) -> Logged<S::Future> {
        let log = RequestLog::is_enabled().then(|| RequestLog {
            method: exchange.received.method.clone(),
            path: exchange.received.uri.path().to_owned(),
            client: exchange.client(),
        });
        let (endpoint, state) = (exchange.endpoint.name(), Arc::clone(&self.state));
        let pending = Pending { state, endpoint, started: Instant::now(), log };
        Logged { inner: self.inner.call(exchange), pending: Some(pending) }
    }
}

impl<F: Future<Output = Result<Response, E>> + Unpin, E> Future for Logged<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let response = ready!(Pin::new(&mut this.inner).poll(cx))?;
        if let Some(Pending { state, endpoint, started, log }) = this.pending.take() {
            let took = started.elapsed();
            state.metrics().answered(endpoint, response.status.as_u16(), took);
            if let Some(log) = log {
                log.write(endpoint, RequestOutcome::of(response.status, &response.extensions), took);
            }
        }
        Poll::Ready(Ok(response))
    }
}
