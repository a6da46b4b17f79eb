//! The service of the management listener: liveness, readiness and metrics.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use postern_model::store::{Store, StoreError};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::guide_import::GuideImport;
use crate::telemetry::Metrics;

/// Deadline of the store's readiness check.
const READY_TIMEOUT: Duration = Duration::from_secs(5);

/// Answers management requests.
#[derive(Clone)]
pub struct Management {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    guide: Arc<GuideImport>,
    stopping: CancellationToken,
}

impl Management {
    /// Takes the store, the metrics and the import that it reports on.
    pub fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>, guide: Arc<GuideImport>) -> Self {
        Self { store, metrics, guide, stopping: CancellationToken::new() }
    }

    /// Reports not ready once this token is cancelled.
    #[must_use]
    pub fn until(self, stopping: CancellationToken) -> Self {
        Self { stopping, ..self }
    }

    /// `/healthz`: 200 while the process runs. `/readyz`: 200, or 503 with reasons. `/metrics`: OpenMetrics text.
    pub async fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "GET only\n");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        match request.uri().path() {
            "/healthz" => plain(StatusCode::OK, "ok\n"),
            "/readyz" => self.readiness().await,
            "/metrics" => text(
                StatusCode::OK,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                self.metrics.encode().into(),
            ),
            _ => plain(StatusCode::NOT_FOUND, "here are /healthz, /readyz and /metrics\n"),
        }
    }

    async fn readiness(&self) -> Response<Full<Bytes>> {
        if self.stopping.is_cancelled() {
            return self.report(Some("the gateway is stopping".to_owned()), &[]);
        }
        let checked = tokio::time::timeout(READY_TIMEOUT, self.store.ready()).await;
        let reason = match &checked {
            Ok(Ok(())) => None,
            // These name tables, columns, privileges and identifiers of rows, and what to do.
            Ok(Err(StoreError::Schema(text))) => {
                Some(format!("the schema of the store is not ready ({text}): run postern migrate"))
            }
            Ok(Err(error @ StoreError::Unsuitable(_))) => Some(error.to_string()),
            Ok(Err(StoreError::Clock(_))) => Some("the clocks of this process and of the store differ".to_owned()),
            // Other words of the store may name hosts and users; they go to the log only.
            Ok(Err(_)) => Some("the store is unavailable".to_owned()),
            Err(_) => Some("the store does not answer in time".to_owned()),
        };
        if let Ok(Err(error)) = &checked {
            tracing::warn!(%error, "not ready");
        }
        let warnings = match &reason {
            None => self.warnings().await,
            Some(_) => Vec::new(),
        };
        self.report(reason, &warnings)
    }

    fn report(&self, reason: Option<String>, warnings: &[String]) -> Response<Full<Bytes>> {
        self.metrics.ready.set(i64::from(reason.is_none()));
        let (status, ready) = match reason {
            None => (StatusCode::OK, true),
            Some(_) => (StatusCode::SERVICE_UNAVAILABLE, false),
        };
        let reasons = Vec::from_iter(reason);
        let body = json!({ "ready": ready, "reasons": reasons, "warnings": warnings });
        text(status, "application/json", format!("{body}\n").into())
    }
}

impl Management {
    /// Describes what keeps some users out, and the remedies: columns that new users cannot fill, and authenticators of
    /// the guide that cannot be checked yet. They do not fail readiness: taking the gateway out of service would help
    /// nobody.
    async fn warnings(&self) -> Vec<String> {
        let mut warnings = self.store.concerns().await.unwrap_or_default();
        let waiting = self.guide.waiting().await.ok().flatten();
        warnings.extend(waiting.map(|waiting| waiting.to_string()));
        warnings
    }
}

impl Service<postern_listener::Request> for Management {
    type Response = postern_http::Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: postern_listener::Request) -> Self::Future {
        let this = self.clone();
        Box::pin(async move { Ok(this.answer(&request.received.into_http()).await.into()) })
    }
}

fn plain(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    text(status, "text/plain; charset=utf-8", Bytes::from_static(body.as_bytes()))
}

fn text(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
