//! Compares the issuer that a discovery document names with the configured one, before the document is read as a whole.

use std::future::Future;
use std::pin::Pin;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use serde::Deserialize;

use super::http_client::{HttpError, Sender};

/// Path of a discovery document, below the issuer (OpenID Connect Discovery §4).
const DOCUMENT: &str = "/.well-known/openid-configuration";
/// Longest issuer that an error repeats, in characters.
const SHOWN_MAX: usize = 200;

/// Sends requests, and refuses discovery documents of other issuers. The library reads the whole document first, so that
/// a wrong tenant whose document lacks a field would be reported as a document that cannot be parsed.
pub(super) struct IssuerCheck<'a> {
    pub(super) sender: Sender<'a>,
    /// The configured issuer, as it is compared.
    pub(super) expected: &'a str,
}

/// The part of a discovery document that is checked first.
#[derive(Deserialize)]
struct Named {
    issuer: String,
}

impl IssuerCheck<'_> {
    fn check(&self, body: &[u8]) -> Result<(), HttpError> {
        // The library reports a body that is not a discovery document.
        let Ok(Named { issuer }) = serde_json::from_slice(body) else { return Ok(()) };
        if issuer == self.expected {
            return Ok(());
        }
        let found: String = issuer.chars().take(SHOWN_MAX).collect();
        Err(HttpError(format!("the document is of the issuer {found:?}, expected {:?}", self.expected)))
    }
}

impl<'c> AsyncHttpClient<'c> for IssuerCheck<'_> {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let is_document = request.uri().path().ends_with(DOCUMENT);
            let response = self.sender.call(request).await?;
            if is_document && response.status().is_success() {
                self.check(response.body())?;
            }
            Ok(response)
        })
    }
}
