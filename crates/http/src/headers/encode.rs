//! Header lines in the form in which HTTP/1.1 sends them.

use http::header::{HeaderName, HeaderValue};

/// Headers that write themselves as lines of an HTTP/1.1 head, without a [`HeaderMap`](http::HeaderMap) in between.
///
/// Implement it for headers that are the same in many messages: their lines are prepared once and copied into each head.
///
/// ```
/// use postern_http::headers::{EncodeHeaders, decode};
///
/// struct NoStore;
///
/// impl EncodeHeaders for NoStore {
///     fn encode(&self, out: &mut Vec<u8>) {
///         out.extend_from_slice(b"cache-control: no-store\r\n");
///     }
/// }
///
/// let mut out = Vec::new();
/// NoStore.encode(&mut out);
/// let (name, value) = decode(&out).next().unwrap();
/// assert_eq!((name.as_str(), value.as_bytes()), ("cache-control", &b"no-store"[..]));
/// ```
pub trait EncodeHeaders {
    /// Appends each header as `name: value` and CRLF. Names are in lower case. `Connection`, `Content-Length` and
    /// `Transfer-Encoding` must not be among them: the engine writes these itself.
    fn encode(&self, out: &mut Vec<u8>);
}

/// No headers.
impl EncodeHeaders for () {
    fn encode(&self, _out: &mut Vec<u8>) {}
}

/// Reads the lines that [`EncodeHeaders::encode`] wrote, for HTTP/2, where a head has no lines. Lines that are no valid
/// header are left out.
pub fn decode(lines: &[u8]) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    lines.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = line.strip_suffix(b"\r")?;
        let (name, value) = line.split_at_checked(line.iter().position(|byte| *byte == b':')?)?;
        let value = HeaderValue::from_bytes(value.strip_prefix(b": ")?);
        Some((HeaderName::from_bytes(name).ok()?, value.ok()?))
    })
}
