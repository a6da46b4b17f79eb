//! The management endpoints: is the process up, is it ready, what does it count.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use postern_model::store::{Store, StoreError};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::guide_import::{GuideImport, REMEDY};
use crate::telemetry::Metrics;

/// How long the store may take to say that it is ready.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers management requests.
pub struct Management {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    guide: Arc<GuideImport>,
    stopping: CancellationToken,
}

impl Management {
    /// Takes what it reports on.
    pub fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>, guide: Arc<GuideImport>) -> Self {
        Self { store, metrics, guide, stopping: CancellationToken::new() }
    }

    /// Is not ready any more once this is cancelled.
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
            return self.told(Some("the gateway is stopping".to_owned()), None);
        }
        let checked = tokio::time::timeout(PATIENCE, self.store.ready()).await;
        let reason = match &checked {
            Ok(Ok(())) => None,
            // The store's own words may name hosts and users; they go to the log only.
            Ok(Err(StoreError::Schema(_))) => {
                Some("the schema of the store is not ready: run postern migrate".to_owned())
            }
            Ok(Err(StoreError::Clock(_))) => Some("the clocks of this process and of the store differ".to_owned()),
            Ok(Err(_)) => Some("the store is unavailable".to_owned()),
            Err(_) => Some("the store does not answer in time".to_owned()),
        };
        if let Ok(Err(error)) = &checked {
            tracing::warn!(%error, "not ready");
        }
        let warning = match &reason {
            None => self.waiting_for_import().await,
            Some(_) => None,
        };
        self.told(reason, warning)
    }

    fn told(&self, reason: Option<String>, warning: Option<String>) -> Response<Full<Bytes>> {
        self.metrics.ready.set(i64::from(reason.is_none()));
        let (status, ready) = match reason {
            None => (StatusCode::OK, true),
            Some(_) => (StatusCode::SERVICE_UNAVAILABLE, false),
        };
        let (reasons, warnings) = (Vec::from_iter(reason), Vec::from_iter(warning));
        let body = json!({ "ready": ready, "reasons": reasons, "warnings": warnings });
        text(status, "application/json", format!("{body}\n").into())
    }
}

impl Management {
    /// Authenticators of the guide that cannot be checked yet, and what to do about it. A warning: they shut out their
    /// owners, who would not be helped by a gateway that serves nobody.
    async fn waiting_for_import(&self) -> Option<String> {
        let waiting = self.guide.waiting().await.ok().flatten();
        waiting.map(|waiting| format!("{waiting}: {REMEDY}"))
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
