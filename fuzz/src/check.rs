//! A forward-auth check without a session: allowed only for requests that are public in every reading, and only if the
//! check is unambiguous.

use http::{Method, Request};
use postern_http::{Peer, RequestBody};
use postern_proxy::Dialect;

use crate::faces::{PUBLIC, faces, headers, is_plain, is_preflight, is_served, runtime};
use crate::readings::all_below;

/// Takes `DIALECT METHOD URI` in the first line and a header in each line that follows.
pub fn verify(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let Some(Ok(first)) = lines.next().map(std::str::from_utf8) else { return };
    let [dialect, method, uri] = first.splitn(3, ' ').collect::<Vec<_>>()[..] else { return };
    let Some(dialect) = Dialect::ALL.into_iter().find(|known| known.name() == dialect) else { return };
    let Ok(request) = Request::builder().method(method).uri(uri).body(RequestBody::default()) else { return };
    let (mut parts, nothing) = request.into_parts();
    let Some(headers) = headers(lines) else { return };
    parts.headers = headers;
    let check = postern_http::Request::from(Request::from_parts(parts.clone(), nothing));

    let stranger = Peer::new(Some([192, 0, 2, 1].into()));
    let refused = runtime().block_on(faces().forward_auth.check(dialect, &check, &stranger));
    assert!(!refused.status.is_success(), "a peer that is not trusted was answered");

    let proxy = Peer::new(Some([10, 0, 0, 1].into()));
    let answer = runtime().block_on(faces().forward_auth.check(dialect, &check, &proxy)).into_http();
    if !answer.status().is_success() {
        return;
    }
    let once = |name: &str| {
        let values: Vec<_> = parts.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{name} must come once");
        values[0].to_str().expect("visible ASCII").to_owned()
    };
    let (method, uri, host) = match dialect {
        Dialect::Nginx => {
            let url = once("x-original-url");
            let (host, uri) = match url.split_once("://") {
                Some((_, rest)) if !url.starts_with('/') => rest.split_at(rest.find('/').expect("a path")),
                _ => ("", url.as_str()),
            };
            let host = if host.is_empty() { once("x-forwarded-host") } else { host.to_owned() };
            (once("x-original-method"), uri.to_owned(), host)
        }
        Dialect::Traefik | Dialect::Caddy | Dialect::HaProxy => {
            (once("x-forwarded-method"), once("x-forwarded-uri"), once("x-forwarded-host"))
        }
        Dialect::Envoy => {
            let uri = parts.uri.to_string();
            let below = uri.strip_prefix("/postern/auth/envoy").expect("the path that Envoy asks with");
            (parts.method.to_string(), below.to_owned(), once("host"))
        }
    };
    let path = uri.split('?').next().unwrap_or_default();
    let method: Method = method.parse().expect("a method");
    assert!(all_below(path, PUBLIC) || is_preflight(&method, &parts.headers), "{path} was permitted");
    assert!(is_served(&host), "{host} is not served");
    assert!(is_plain(&method), "{method} was permitted");
    for (name, value) in answer.headers() {
        // `x-auth-gate` says that the gateway answered, and nothing about a person.
        let identity = name.as_str().starts_with("x-auth-") && name != "x-auth-gate";
        assert!(!identity || value.is_empty(), "nobody is told to be somebody");
    }
}
