//! Converts Envoy's `CheckRequest` to the protocol-neutral request of the data plane.

use std::net::IpAddr;

use envoy_types::pb::envoy::config::core::v3::address::Address as Kind;
use envoy_types::pb::envoy::service::auth::v3::CheckRequest;
use envoy_types::pb::envoy::service::auth::v3::attribute_context::{HttpRequest, Peer};
use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use postern_proxy::CheckRequest as Described;

/// Maximum number of header lines. Envoy's own default limit is 100.
const HEADERS_MAX: usize = 1000;

/// Converts a request; with the source address. The error names the unreadable part.
pub(crate) fn read(request: CheckRequest) -> Result<(Described, Option<IpAddr>), &'static str> {
    let attributes = request.attributes.ok_or("no attributes")?;
    let source = attributes.source.as_ref().and_then(address);
    let http = attributes.request.and_then(|request| request.http).ok_or("no HTTP request")?;
    let method = http.method.parse().map_err(|_| "an invalid method")?;
    let (headers, joined) = headers(&http)?;
    Ok((Described { method, host: http.host, path: http.path, headers, joined }, source))
}

/// Returns the header lines, and whether they were joined: without `encode_raw_headers` Envoy joins lines of one name with
/// commas and replaces invalid UTF-8.
fn headers(http: &HttpRequest) -> Result<(HeaderMap, bool), &'static str> {
    let raw = http.header_map.as_ref().map(|map| map.headers.as_slice()).unwrap_or_default();
    if !raw.is_empty() && !http.headers.is_empty() {
        return Err("headers in both encodings");
    }
    if raw.len().max(http.headers.len()) > HEADERS_MAX {
        return Err("too many headers");
    }
    let mut headers = HeaderMap::with_capacity(raw.len().max(http.headers.len()));
    for line in raw {
        let value = if line.raw_value.is_empty() { line.value.as_bytes() } else { &line.raw_value };
        add(&mut headers, http, &line.key, value)?;
    }
    for (key, value) in &http.headers {
        add(&mut headers, http, key, value.as_bytes())?;
    }
    Ok((headers, raw.is_empty()))
}

fn add(headers: &mut HeaderMap, http: &HttpRequest, key: &str, value: &[u8]) -> Result<(), &'static str> {
    match key {
        // Envoy sends these twice, in either encoding. What is checked must be what is forwarded.
        ":path" if value != http.path.as_bytes() => return Err(":path and path differ"),
        ":authority" if value != http.host.as_bytes() => return Err(":authority and host differ"),
        ":method" if value != http.method.as_bytes() => return Err(":method and method differ"),
        key if key.starts_with(':') || key.eq_ignore_ascii_case(HOST.as_str()) => return Ok(()),
        _ => {}
    }
    let name = HeaderName::from_bytes(key.as_bytes()).map_err(|_| "an invalid header name")?;
    let value = HeaderValue::from_bytes(value).map_err(|_| "an invalid header value")?;
    headers.try_append(name, value).map_err(|_| "too many headers")?;
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
        let lines = vec![
            line(":path", b"/x"),
            line(":authority", b"a.example"),
            line(":method", b"GET"),
            line("cookie", b"a=1"),
            line("Cookie", b"b=\xff"),
            line("host", b"h"),
        ];
        let (headers, joined) = headers(&raw(lines)).unwrap();
        assert_eq!(headers.get_all("cookie").iter().count(), 2);
        assert_eq!((headers.len(), joined), (2, false));
    }

    #[test]
    fn duplicated_values_must_agree() {
        for (name, value) in [(":path", "/y"), (":authority", "b.example"), (":method", "POST")] {
            assert!(headers(&raw(vec![line(name, value.as_bytes())])).is_err(), "{name}");
            let joined = HttpRequest { headers: [(name.to_owned(), value.to_owned())].into(), ..raw(Vec::new()) };
            assert!(headers(&joined).is_err(), "{name}");
        }
        let mut both = raw(vec![line("a", b"b")]);
        both.headers.insert("a".to_owned(), "b".to_owned());
        assert!(headers(&both).is_err());
    }

    #[test]
    fn only_a_socket_has_an_address() {
        use envoy_types::pb::envoy::config::core::v3::{Address, Pipe, SocketAddress};
        let peer = |kind| Peer { address: Some(Address { address: Some(kind) }), ..Peer::default() };
        let socket = |text: &str| Kind::SocketAddress(SocketAddress { address: text.to_owned(), ..Default::default() });
        assert_eq!(address(&peer(socket("192.0.2.7"))), "192.0.2.7".parse().ok());
        assert_eq!(address(&peer(socket("localhost"))), None);
        assert_eq!(address(&peer(Kind::Pipe(Pipe::default()))), None);
        assert_eq!(address(&Peer::default()), None);
    }

    #[test]
    fn too_many_and_malformed_headers_are_refused() {
        assert!(headers(&raw(vec![line("a", b"b"); HEADERS_MAX + 1])).is_err());
        assert_eq!(headers(&raw(vec![line("a", b"b"); HEADERS_MAX])).unwrap().0.len(), HEADERS_MAX);
        assert!(headers(&raw(vec![line("a b", b"")])).is_err());
        assert!(headers(&raw(vec![line("a", b"b\r\nc: d")])).is_err());
        assert!(read(CheckRequest::default()).is_err());
    }
}
