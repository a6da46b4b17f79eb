//! What Envoy tells of a request.

use std::net::IpAddr;

use envoy_types::pb::envoy::config::core::v3::address::Address as Kind;
use envoy_types::pb::envoy::service::auth::v3::CheckRequest;
use envoy_types::pb::envoy::service::auth::v3::attribute_context::{HttpRequest, Peer};
use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use postern_proxy::CheckRequest as Question;

/// Most header lines of a request. Envoy's own limit is 100 unless it is raised.
const HEADERS_MAX: usize = 1000;

/// Reads a question. The error says what cannot be read.
pub(crate) fn read(request: CheckRequest) -> Result<(Question, Option<IpAddr>), &'static str> {
    let attributes = request.attributes.ok_or("a question without attributes")?;
    let source = attributes.source.as_ref().and_then(address);
    let http = attributes.request.and_then(|request| request.http).ok_or("a question without an HTTP request")?;
    let method = http.method.parse().map_err(|_| "the method")?;
    let (headers, joined) = headers(&http)?;
    Ok((Question { method, host: http.host, path: http.path, headers, joined }, source))
}

/// The headers, line by line with `encode_raw_headers`; else lines of one name come joined with commas, and what is no
/// UTF-8 comes changed. The second value says so.
fn headers(http: &HttpRequest) -> Result<(HeaderMap, bool), &'static str> {
    let raw = http.header_map.as_ref().map(|map| map.headers.as_slice()).unwrap_or_default();
    if !raw.is_empty() && !http.headers.is_empty() {
        return Err("headers in both encodings");
    }
    if raw.len().max(http.headers.len()) > HEADERS_MAX {
        return Err("so many headers");
    }
    let mut headers = HeaderMap::with_capacity(raw.len().max(http.headers.len()));
    for line in raw {
        let value = if line.raw_value.is_empty() { line.value.as_bytes() } else { &line.raw_value };
        match line.key.as_str() {
            // What is asked about must be what is forwarded, where Envoy tells it twice.
            ":path" if value != http.path.as_bytes() => return Err("a path in two spellings"),
            ":authority" if value != http.host.as_bytes() => return Err("two hosts"),
            ":method" if value != http.method.as_bytes() => return Err("two methods"),
            key => add(&mut headers, key, value)?,
        }
    }
    for (key, value) in &http.headers {
        add(&mut headers, key, value.as_bytes())?;
    }
    Ok((headers, raw.is_empty()))
}

fn add(headers: &mut HeaderMap, key: &str, value: &[u8]) -> Result<(), &'static str> {
    if key.starts_with(':') || key.eq_ignore_ascii_case(HOST.as_str()) {
        return Ok(());
    }
    let name = HeaderName::from_bytes(key.as_bytes()).map_err(|_| "the name of a header")?;
    let value = HeaderValue::from_bytes(value).map_err(|_| "the value of a header")?;
    headers.try_append(name, value).map_err(|_| "so many headers")?;
    Ok(())
}

fn address(peer: &Peer) -> Option<IpAddr> {
    match peer.address.as_ref()?.address.as_ref()? {
        Kind::SocketAddress(socket) => socket.address.parse().ok(),
        Kind::Pipe(_) | Kind::EnvoyInternalAddress(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use envoy_types::pb::envoy::config::core::v3::{HeaderMap as Lines, HeaderValue as Line};

    fn line(key: &str, value: &[u8]) -> Line {
        Line { key: key.to_owned(), raw_value: value.to_vec(), ..Line::default() }
    }

    fn raw(lines: Vec<Line>) -> HttpRequest {
        let (method, host, path) = ("GET".to_owned(), "a.example".to_owned(), "/x".to_owned());
        HttpRequest { method, host, path, header_map: Some(Lines { headers: lines }), ..HttpRequest::default() }
    }

    #[test]
    fn raw_lines_stay_lines_and_pseudo_headers_are_left_out() {
        let lines = vec![line(":path", b"/x"), line("cookie", b"a=1"), line("Cookie", b"b=\xff"), line("host", b"h")];
        let (headers, joined) = headers(&raw(lines)).unwrap();
        assert_eq!(headers.get_all("cookie").iter().count(), 2);
        assert_eq!((headers.len(), joined), (2, false));
    }

    #[test]
    fn what_is_told_twice_must_agree() {
        for (name, value) in [(":path", "/y"), (":authority", "b.example"), (":method", "POST")] {
            assert!(headers(&raw(vec![line(name, value.as_bytes())])).is_err(), "{name}");
        }
        let mut both = raw(vec![line("a", b"b")]);
        both.headers.insert("a".to_owned(), "b".to_owned());
        assert!(headers(&both).is_err());
    }

    #[test]
    fn floods_and_rubbish_are_no_questions() {
        assert!(headers(&raw(vec![line("a", b"b"); HEADERS_MAX + 1])).is_err());
        assert!(headers(&raw(vec![line("a b", b"")])).is_err());
        assert!(headers(&raw(vec![line("a", b"b\r\nc: d")])).is_err());
        assert!(read(CheckRequest::default()).is_err());
    }
}
