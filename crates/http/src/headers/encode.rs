//! Headers that are written as lines, without a map between.

use http::header::{HeaderName, HeaderValue};

/// Headers that write themselves as lines of an HTTP/1.1 head.
pub trait EncodeHeaders {
    /// Appends each header as `name: value` and CRLF. Names are in lower case.
    fn encode(&self, out: &mut Vec<u8>);
}

impl EncodeHeaders for () {
    fn encode(&self, _out: &mut Vec<u8>) {}
}

/// The headers in lines that [`EncodeHeaders::encode`] wrote.
pub fn decode(lines: &[u8]) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    lines.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = line.strip_suffix(b"\r")?;
        let (name, value) = line.split_at_checked(line.iter().position(|byte| *byte == b':')?)?;
        let value = HeaderValue::from_bytes(value.strip_prefix(b": ")?);
        Some((HeaderName::from_bytes(name).ok()?, value.ok()?))
    })
}
