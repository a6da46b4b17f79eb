//! A request as it was received.

use http::{Extensions, Method, Request, Uri, Version};

use super::request_body::Inbound;
use crate::headers::Section;

/// A client's request, whatever it came over.
#[derive(Debug)]
pub struct Received {
    /// The method.
    pub method: Method,
    /// The target, as it stood in the request line.
    pub uri: Uri,
    /// What the client speaks.
    pub version: Version,
    /// The headers.
    pub section: Section,
    /// The body; `None` once it went on to somebody.
    pub body: Option<Inbound>,
    /// What the connection says beside the request.
    pub extensions: Extensions,
}

impl Received {
    /// The request as everybody knows it, with its headers in a map.
    pub fn into_request(self) -> Request<Inbound> {
        let mut request = Request::new(self.body.unwrap_or_default());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.version_mut() = self.version;
        *request.headers_mut() = self.section.into_map();
        *request.extensions_mut() = self.extensions;
        request
    }
}

impl<B: Into<Inbound>> From<Request<B>> for Received {
    fn from(request: Request<B>) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            method: parts.method,
            uri: parts.uri,
            version: parts.version,
            section: Section::Map(parts.headers),
            body: Some(body.into()),
            extensions: parts.extensions,
        }
    }
}
