//! A received request.

use http::{Extensions, Method, Uri, Version};

use super::early_hints::EarlyHints;
use super::request_body::RequestBody;
use crate::headers::HeaderBlock;

/// A client's request, over HTTP/1.1 or HTTP/2.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The target, byte for byte as in the request line.
    pub uri: Uri,
    /// The version that the client speaks.
    pub version: Version,
    /// The headers.
    pub headers: HeaderBlock,
    /// The body; `None` once it was taken.
    pub body: Option<RequestBody>,
    /// Sends early hints; `None` where the client or the protocol takes none.
    pub early_hints: Option<EarlyHints>,
    /// What the connection attached: [`Upgrade`](super::Upgrade) for requests with `Upgrade`.
    pub extensions: Extensions,
}

impl Request {
    /// The request in the form of the `http` crate, with its headers in a map.
    pub fn into_http(self) -> http::Request<RequestBody> {
        let mut request = http::Request::new(self.body.unwrap_or_default());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.version_mut() = self.version;
        *request.headers_mut() = self.headers.into_map();
        *request.extensions_mut() = self.extensions;
        request
    }
}

impl<B: Into<RequestBody>> From<http::Request<B>> for Request {
    fn from(request: http::Request<B>) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            method: parts.method,
            uri: parts.uri,
            version: parts.version,
            headers: parts.headers.into(),
            body: Some(body.into()),
            early_hints: None,
            extensions: parts.extensions,
        }
    }
}
