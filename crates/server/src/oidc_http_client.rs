//! The HTTP client that talks to the provider: verified TLS, no redirects, bounded time and size.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use postern_authn::sign_in::{HttpClient, HttpError};

use crate::telemetry::ProviderCounts;
use postern_config::Google;

/// Maximum size of a provider's response; Google's discovery document and keys are some kilobytes.
const ANSWER_MAX: usize = 1024 * 1024;

/// A client for one provider.
pub struct ProviderClient {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    timeout: Duration,
    counts: Arc<ProviderCounts>,
}

impl ProviderClient {
    /// Builds a client for the configured provider. It allows http only if the issuer is http, which needs loopback.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn for_issuer(google: &Google) -> Result<Self, HttpError> {
        Self::new(google.issuer.scheme() == "http", google.timeout)
    }

    /// Builds a client. `plain` allows http, for providers on this machine; `timeout` covers one exchange, from
    /// connecting to the last byte.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(plain: bool, timeout: Duration) -> Result<Self, HttpError> {
        let provider = rustls::crypto::ring::default_provider();
        let builder = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)
            .map_err(|error| HttpError(format!("TLS cannot be set up: {error}")))?;
        let builder = if plain { builder.https_or_http() } else { builder.https_only() };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(builder.enable_http1().build());
        Ok(Self { client, timeout, counts: Arc::default() })
    }

    /// Counts requests in `counts`.
    #[must_use]
    pub fn with_counts(self, counts: Arc<ProviderCounts>) -> Self {
        Self { counts, ..self }
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        let (services, body) = request.into_parts();
        let request = Request::from_parts(services, Full::new(Bytes::from(body)));
        let response = self.client.request(request).await.map_err(|error| HttpError(chain(&error)))?;
        let (services, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_MAX).collect().await;
        let body = body.map_err(|error| HttpError(format!("the answer cannot be read: {error}")))?;
        Ok(Response::from_parts(services, body.to_bytes().to_vec()))
    }
}

#[async_trait]
impl HttpClient for ProviderClient {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let exchanged = tokio::time::timeout(self.timeout, self.exchange(request)).await;
        self.counts.add(matches!(&exchanged, Ok(Ok(response)) if !response.status().is_server_error()));
        match exchanged {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(HttpError(why))) => Err(HttpError(format!("{host}: {why}"))),
            Err(_) => Err(HttpError(format!("{host}: no answer within {} s", self.timeout.as_secs_f32()))),
        }
    }
}

/// Joins an error and its causes, because the outermost alone says little ("client error (Connect)").
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
