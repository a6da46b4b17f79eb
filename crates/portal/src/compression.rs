//! Compression of responses (`Content-Encoding: gzip`, RFC 9110 §8.4.1.3).
//!
//! Compressed text that somebody else chose tells by its length how much of it equals a secret on the same page (BREACH). What
//! another site can choose of a request that carries the session is its query and nothing else, since writes of other sites
//! are refused. So what answers a request with both a session and a query is not compressed, whatever the page shows.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue, VARY};
use http::request::Parts;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use postern_keystore::{CookieRead, SessionCookie};
use postern_model::web::{Fields as _, list};

use crate::response::Response;

/// Minimum length of a body that is worth it, in bytes: less fits into the first packet anyway.
const LENGTH_MIN: u64 = 1024;

const GZIP: HeaderValue = HeaderValue::from_static("gzip");
const ACCEPT: HeaderValue = HeaderValue::from_static("accept-encoding");

/// Compresses a response if that is safe and the client takes it, and says that the response depends on
/// `Accept-Encoding`.
pub(crate) async fn apply(mut response: Response, request: &Parts, cookie: &SessionCookie) -> Response {
    let done = response.headers().contains_key(CONTENT_ENCODING);
    if done || response.body().size_hint().lower() < LENGTH_MIN || reflects_beside_secrets(request, cookie) {
        return response;
    }
    response.headers_mut().append(VARY, ACCEPT);
    if !takes_gzip(&request.headers) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The body is complete already, so nothing is waited for.
    let bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(never) => match never {},
    };
    let compressed = gzip(&bytes, Compression::default());
    if compressed.is_some() {
        parts.headers.insert(CONTENT_ENCODING, GZIP);
    }
    Response::from_parts(parts, compressed.unwrap_or(bytes).into())
}

/// Marks a response whose body was compressed beforehand.
pub(crate) fn mark(response: &mut Response) {
    response.headers_mut().insert(CONTENT_ENCODING, GZIP);
    response.headers_mut().append(VARY, ACCEPT);
}

/// Compresses bytes; `None` where they do not become shorter.
pub(crate) fn gzip(bytes: &[u8], level: Compression) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), level);
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().filter(|compressed| compressed.len() < bytes.len()).map(Bytes::from)
}

/// Whether the client takes gzip, and does not prefer the plain form (RFC 9110 §12.5.3).
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut any, mut identity) = (None, None, 0.0);
    for member in headers.all(ACCEPT_ENCODING).flat_map(list) {
        let (name, parameters) = member.split_once(';').unwrap_or((member, ""));
        let weight = weight(parameters);
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => gzip = Some(weight),
            "identity" => identity = weight,
            "*" => any = Some(weight),
            _ => {}
        }
    }
    gzip.or(any).is_some_and(|weight| weight > 0.0 && weight >= identity)
}

/// Returns the weight of a member (RFC 9110 §12.4.2): 1 where there is none, 0 where it is malformed.
fn weight(parameters: &str) -> f64 {
    let parameters = parameters.trim();
    if parameters.is_empty() {
        return 1.0;
    }
    let weight = parameters.strip_prefix(['q', 'Q']).and_then(|rest| rest.trim().strip_prefix('='));
    let weight = weight.and_then(|text| text.trim().parse().ok());
    weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0)
}

/// Whether what another site chose may stand beside a secret of the session.
fn reflects_beside_secrets(request: &Parts, cookie: &SessionCookie) -> bool {
    let query = request.uri.query().is_some_and(|query| !query.is_empty());
    query && !matches!(cookie.read(&request.headers), CookieRead::Absent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_where_the_client_says_so_and_does_not_prefer_the_plain_form() {
        for (lines, taken) in [
            (&["gzip, deflate, br, zstd"][..], true),
            (&["br", "GZIP"], true),
            (&["x-gzip"], true),
            (&["*"], true),
            (&["gzip;q=0.5"], true),
            (&["br;q=1.0, gzip ; q=0.8, *;q=0.1"], true),
            (&["gzip;q=0.5, identity;q=0.5"], true),
            (&[], false),
            (&[""], false),
            (&["br, deflate"], false),
            (&["identity"], false),
            (&["gzip;q=0"], false),
            (&["gzip;q=0.000, *"], false),
            (&["*;q=0"], false),
            (&["gzip;q=0.5, identity"], false),
            (&["gzip;q=2"], false),
            (&["gzip;q=NaN"], false),
            (&["gzip;level=1"], false),
            (&["gzipped"], false),
        ] {
            let headers: HeaderMap =
                lines.iter().map(|line| (ACCEPT_ENCODING, HeaderValue::from_static(line))).collect();
            assert_eq!(takes_gzip(&headers), taken, "{lines:?}");
        }
    }
}
