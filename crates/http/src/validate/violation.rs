//! Why a request is invalid, and the limits.

/// Why a request is invalid. Each is a form that servers are known to read differently, or a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Violation {
    /// The request line is not `method SP target SP HTTP/1.x CRLF`.
    #[error("malformed request line")]
    RequestLine,
    /// The target contains `#`, a control character, a space or a byte beyond ASCII.
    #[error("invalid byte in the request target")]
    Target,
    /// `CONNECT`, or the preface of HTTP/2.
    #[error("method not supported")]
    Method,
    /// A line feed without carriage return, or a carriage return without line feed (RFC 9112 §2.2).
    #[error("line does not end in CRLF")]
    LineEnd,
    /// A header line that begins with white space (RFC 9112 §5.2).
    #[error("folded header line")]
    ObsFold,
    /// A byte that is invalid in a header name, such as white space before the colon (RFC 9112 §5.1).
    #[error("invalid byte in a header name")]
    HeaderName,
    /// A control character in a header value.
    #[error("control character in a header value")]
    HeaderValue,
    /// `Host` is missing or repeated, even with the same value.
    #[error("not exactly one Host header")]
    Host,
    /// `Content-Length` is not a number, or is repeated, even with the same value.
    #[error("Content-Length is not a single number")]
    ContentLength,
    /// `Transfer-Encoding` is not exactly `chunked`, or comes with HTTP/1.0 or `Content-Length`.
    #[error("Transfer-Encoding is not chunked alone")]
    TransferEncoding,
    /// `Upgrade: h2c`, HTTP/2 without TLS.
    #[error("upgrade to h2c not supported")]
    Upgrade,
    /// The size, extension or end of a chunk is malformed (RFC 9112 §7.1).
    #[error("malformed chunk in the body")]
    Chunk,
    /// The head, the trailers or a chunk extension exceed their limit.
    #[error("request head too large")]
    TooLarge,
}

/// The size limits of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of request line and headers, and of trailers.
    pub head: usize,
    /// Bytes of the extensions of one chunk.
    pub chunk_extension: usize,
}

impl Default for Limits {
    /// 32 KiB of head, more than browsers send to one site.
    fn default() -> Self {
        Self { head: 32 * 1024, chunk_extension: 256 }
    }
}
