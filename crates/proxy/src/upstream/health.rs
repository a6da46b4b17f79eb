//! Health checks of upstreams.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::header::{HOST, HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Request, StatusCode, Version};
use postern_http::RequestBody;
use postern_http::client::RequestHead;
use postern_http::headers::HeaderBlock;

use super::request_body::Forwarded;
use super::{Protocol, Upstream, UpstreamError};

/// Health check of an upstream.
#[derive(Clone, Debug)]
pub struct HealthCheck {
    /// The path that is requested, without a session; 2xx and 3xx mean healthy.
    pub path: PathAndQuery,
    /// The host that is sent in the request.
    pub host: HeaderValue,
    /// Interval between requests, and timeout of each.
    pub interval: Duration,
    /// Number of consecutive failures after which the upstream counts as down. One success ends that.
    pub failures: u32,
}

/// Health of an upstream. Without a check it is always healthy.
#[derive(Debug)]
pub(crate) struct Health {
    check: Option<HealthCheck>,
    down: AtomicBool,
}

impl Health {
    pub(super) fn new(check: Option<HealthCheck>) -> Self {
        Self { check, down: AtomicBool::new(false) }
    }

    /// Whether requests are refused without contacting the upstream.
    pub(crate) fn is_down(&self) -> bool {
        self.down.load(Ordering::Relaxed)
    }
}

impl Upstream {
    /// Checks the upstream regularly. Returns at once where no check is configured.
    pub(crate) async fn watch_health(&self) {
        let Some(check) = &self.health.check else { return };
        let mut failures = 0_u32;
        loop {
            let probed = tokio::time::timeout(check.interval, self.probe(check)).await;
            let failure = match probed {
                Ok(Ok(status)) if status.is_success() || status.is_redirection() => None,
                Ok(Ok(status)) => Some(status.to_string()),
                Ok(Err(error)) => Some(error),
                Err(_) => Some(format!("no answer within {:?}", check.interval)),
            };
            match failure {
                None => {
                    failures = 0;
                    if self.health.down.swap(false, Ordering::Relaxed) {
                        tracing::info!(upstream = self.name, "upstream is healthy again");
                    }
                }
                Some(why) => {
                    failures = failures.saturating_add(1);
                    if failures >= check.failures && !self.health.down.swap(true, Ordering::Relaxed) {
                        tracing::error!(upstream = self.name, why, "upstream is down: health check fails");
                    }
                }
            }
            tokio::time::sleep(check.interval).await;
        }
    }

    async fn probe(&self, check: &HealthCheck) -> Result<StatusCode, String> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, check.host.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static("postern-health-check"));
        let status = match self.protocol {
            Protocol::Http1 => self.probe_http1(check, HeaderBlock::from(headers)).await,
            Protocol::Http2 => self.probe_http2(check, headers).await,
        };
        status.map_err(|error| error.to_string())
    }

    async fn probe_http1(&self, check: &HealthCheck, headers: HeaderBlock) -> Result<StatusCode, UpstreamError> {
        let mut connection = self.open_connection().await?;
        let head =
            RequestHead { method: &Method::GET, path: &check.path, headers: &headers, encoded: &(), trailers: None };
        connection.begin(&head, None);
        let answered = connection.response(&Method::GET, check.interval, &mut |_| ()).await;
        answered.map(|head| head.status).map_err(UpstreamError::from)
    }

    async fn probe_http2(&self, check: &HealthCheck, mut headers: HeaderMap) -> Result<StatusCode, UpstreamError> {
        let mut request = Request::new(Forwarded::<RequestBody>::empty());
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self.absolute(&headers, check.path.clone())?;
        headers.remove(HOST);
        *request.headers_mut() = headers;
        let (response, _) = self.multiplexed.exchange(&self.connector, request, check.interval).await?;
        Ok(response.status())
    }
}
