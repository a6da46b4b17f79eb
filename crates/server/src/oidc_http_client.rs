//! The HTTP client that talks to the provider, and to the hook for SMS: verified TLS, no redirects, bounded time and size.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use postern_authn::sign_in::{HttpClient, HttpError};
use postern_model::error_chain::with_sources;

use crate::telemetry::ProviderCounts;
use postern_config::Google;

/// Maximum size of a response; Google's discovery document and keys are some kilobytes.
const ANSWER_MAX: usize = 1024 * 1024;

/// A client for one service.
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

    /// Builds a client. `plain` allows http, for services on this machine; `timeout` covers one exchange, from
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
        let response = self.client.request(request).await.map_err(|error| HttpError(with_sources(&error)))?;
        let (services, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_MAX).collect().await;
        let body = body.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
            Some(_) => HttpError(format!("the answer is larger than {ANSWER_MAX} bytes")),
            None => HttpError(format!("the answer cannot be read: {}", with_sources(error.as_ref()))),
        })?;
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
            Err(_) => {
                Err(HttpError(format!("{host}: timed out, no complete answer within {} s", self.timeout.as_secs_f32())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// The error of a request to a provider that accepts one connection and writes this.
    async fn error_of(answer: Option<String>, timeout: Duration) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/document", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            match answer {
                // The client hangs up once it has read too much.
                Some(answer) => drop(stream.write_all(answer.as_bytes()).await),
                None => std::future::pending().await,
            }
        });
        let client = ProviderClient::new(true, timeout).unwrap();
        let error = client.send(Request::get(url).body(Vec::new()).unwrap()).await.unwrap_err();
        serving.abort();
        error.to_string()
    }

    #[tokio::test]
    async fn errors_name_the_cause() {
        let patient = Duration::from_secs(60);
        let head = |length: usize| format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        let large = format!("{}{}", head(ANSWER_MAX + 1), "x".repeat(ANSWER_MAX + 1));
        let error = error_of(Some(large), patient).await;
        assert_eq!(error, "127.0.0.1: the answer is larger than 1048576 bytes");
        let error = error_of(Some(head(10)), patient).await;
        assert!(error.contains("the answer cannot be read: ") && error.matches(": ").count() > 2, "{error}");
        let error = error_of(None, Duration::from_millis(20)).await;
        assert_eq!(error, "127.0.0.1: timed out, no complete answer within 0.02 s");

        let vacant = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let client = ProviderClient::new(true, patient).unwrap();
        let request = Request::get(format!("http://{vacant}/")).body(Vec::new()).unwrap();
        let error = client.send(request).await.unwrap_err().to_string();
        assert!(error.contains("Connection refused"), "{error}");
    }
}
