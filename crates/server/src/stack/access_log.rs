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

/// A request that the access log describes.
pub(crate) trait LoggedRequest {
    /// The endpoint's name in logs and metrics.
    fn endpoint(&self) -> &'static str;

    /// The properties that are logged.
    fn log(&self) -> RequestLog;
}

/// A response that the access log describes.
pub(crate) trait LoggedResponse {
    /// The HTTP status.
    fn status(&self) -> u16;

    /// The properties that are logged.
    fn outcome(&self) -> RequestOutcome;
}

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
    /// `None` if the log level excludes the line.
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

impl<S, R> Service<R> for WithAccessLog<S>
where
    S: Service<R, Response: LoggedResponse, Future: Unpin>,
    R: LoggedRequest,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Logged<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Logged<S::Future> {
        let log = RequestLog::is_enabled().then(|| request.log());
        let (endpoint, state) = (request.endpoint(), Arc::clone(&self.state));
        let pending = Pending { state, endpoint, started: Instant::now(), log };
        Logged { inner: self.inner.call(request), pending: Some(pending) }
    }
}

impl<F: Future<Output = Result<R, E>> + Unpin, R: LoggedResponse, E> Future for Logged<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let response = ready!(Pin::new(&mut this.inner).poll(cx))?;
        if let Some(Pending { state, endpoint, started, log }) = this.pending.take() {
            let took = started.elapsed();
            state.metrics().answered(endpoint, response.status(), took);
            if let Some(log) = log {
                log.write(endpoint, response.outcome(), took);
            }
        }
        Poll::Ready(Ok(response))
    }
}

impl LoggedRequest for Exchange {
    fn endpoint(&self) -> &'static str {
        self.endpoint.name()
    }

    fn log(&self) -> RequestLog {
        let (method, path) = (self.received.method.clone(), self.received.uri.path().to_owned());
        RequestLog { method, path, client: self.client() }
    }
}

impl LoggedResponse for Response {
    fn status(&self) -> u16 {
        self.status.as_u16()
    }

    fn outcome(&self) -> RequestOutcome {
        RequestOutcome::of(self.status, &self.extensions)
    }
}
