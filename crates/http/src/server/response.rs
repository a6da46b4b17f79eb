//! A response to send.

use http::{Extensions, StatusCode};

use crate::headers::{EncodeHeaders, HeaderBlock, decode};

/// A response to a [`Request`](super::Request).
///
/// ```
/// use http::header::{CONTENT_TYPE, HeaderValue};
/// use http_body_util::Full;
/// use postern_http::Response;
///
/// let mut response: Response<Full<&[u8]>> = Response::new(Full::new(b"hello"));
/// response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
/// assert_eq!(response.into_http().headers()[CONTENT_TYPE], "text/plain");
/// ```
#[derive(Debug)]
pub struct Response<B, E = ()> {
    /// The status.
    pub status: StatusCode,
    /// The headers. `Connection`, `Content-Length` and `Transfer-Encoding` are written by the engine; see
    /// [`Connection`](super::Connection).
    pub headers: HeaderBlock,
    /// Headers whose lines were prepared before. They follow those in `headers`.
    pub encoded: E,
    /// The body.
    pub body: B,
    /// What layers tell each other about the response. Not sent.
    pub extensions: Extensions,
}

impl<B, E: Default> Response<B, E> {
    /// A response with status 200, this body, and no headers.
    pub fn new(body: B) -> Self {
        Self {
            status: StatusCode::OK,
            headers: HeaderBlock::default(),
            encoded: E::default(),
            body,
            extensions: Extensions::new(),
        }
    }
}

impl<B, E> Response<B, E> {
    /// The same response with another body.
    pub fn map<T>(self, body: impl FnOnce(B) -> T) -> Response<T, E> {
        let Self { status, headers, encoded, body: old, extensions } = self;
        Response { status, headers, encoded, body: body(old), extensions }
    }

    /// The response in the form of the `http` crate, with all headers in a map: for HTTP/2.
    pub fn into_http(self) -> http::Response<B>
    where
        E: EncodeHeaders,
    {
        let mut response = http::Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.into_map();
        *response.extensions_mut() = self.extensions;
        let mut lines = Vec::new();
        self.encoded.encode(&mut lines);
        response.headers_mut().extend(decode(&lines));
        response
    }
}

impl<B, E: Default> From<http::Response<B>> for Response<B, E> {
    fn from(response: http::Response<B>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers.into(),
            encoded: E::default(),
            body,
            extensions: parts.extensions,
        }
    }
}
