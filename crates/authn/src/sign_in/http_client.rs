//! Port to the provider's HTTP endpoints, and its adapter for the OpenID Connect library.

use std::future::Future;
use std::pin::Pin;

use async_trait::async_trait;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// Error of a request to the provider.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HttpError(pub String);

/// Port to the provider's HTTP endpoints. An implementation follows no redirects, verifies certificates, and limits
/// both time and size.
#[async_trait]
pub trait HttpClient: Send + Sync + 'static {
    /// Sends one request and reads the whole response.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError>;
}

/// Adapter to the HTTP client trait of the OpenID Connect library. The library would accept a closure, but the compiler
/// cannot show that futures holding one are `Send` for every lifetime, so no server could spawn them.
///
/// A status from 500 on is an error of the request: the library would read the body, and take an outage of the provider for
/// a malformed answer.
pub(super) struct Sender<'a>(pub(super) &'a dyn HttpClient);

impl<'c> AsyncHttpClient<'c> for Sender<'_> {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let uri = request.uri();
            let asked = format!("{}{}", uri.host().unwrap_or_default(), uri.path());
            let response = self.0.send(request).await?;
            match response.status() {
                status if status.is_server_error() => Err(HttpError(format!("{asked}: answered with {status}"))),
                _ => Ok(response),
            }
        })
    }
}
