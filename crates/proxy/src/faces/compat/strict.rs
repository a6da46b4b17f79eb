//! Targets of a check whose proxy may pass on a client's headers as its own.
//!
//! oauth2-proxy's documented nginx snippet sets `Host` and `X-Forwarded-Uri` and no method; Traefik sets four headers; older
//! snippets set none; and nginx passes on every header that a snippet does not set. The endpoint cannot tell them apart, so
//! headers never make the outcome weaker: every target that they describe must be permitted, for every method that a rule
//! names, and nothing passes below a full session.

use std::borrow::Cow;

use http::header::{HOST, HeaderMap};
use http::uri::PathAndQuery;
use http::{HeaderName, Method};
use postern_authn::rules::Rules;
use postern_model::access::Access;

use crate::headers::names;
use crate::target::dialect::{InvalidCheck, asked_path, at_most_once, opens_websocket, origin_and_path};
use crate::target::host::{Hosts, ServedHost};
use crate::target::method::is_served;
use crate::target::{Kind, Target};

const X_ORIGINAL_URI: HeaderName = HeaderName::from_static("x-original-uri");
/// A method that no rule names; it represents all methods without a rule.
const UNNAMED: &[u8] = b"UNNAMED";

/// Returns every target that the headers may describe; all must be permitted. The first is the return URL.
///
/// Without a path the default rule applies. If some rule is stricter than the default (`withheld`: or some path is
/// never permitted), the check is refused, since it may be about that path.
pub(super) fn targets<'h>(
    headers: &HeaderMap,
    hosts: &'h Hosts,
    rules: &Rules,
    withheld: bool,
) -> Result<Vec<Target<'h>>, InvalidCheck> {
    let original = match at_most_once(headers, names::X_ORIGINAL_URL, "X-Original-URL")? {
        None => None,
        Some(path) if path.starts_with('/') => Some((None, path)),
        Some(url) => {
            let (host, path) = origin_and_path(url).ok_or(InvalidCheck::Malformed("X-Original-URL"))?;
            Some((Some(host), path))
        }
    };
    let path = path(headers, original.map(|(_, path)| path))?;
    let stricter = |access: &Access| !matches!(access, Access::Public | Access::FirstFactor | Access::Full);
    if path.is_none()
        && (withheld || rules.routes().iter().any(|route| stricter(&route.access) || !route.principals.is_anyone()))
    {
        return Err(InvalidCheck::Missing("X-Forwarded-Uri"));
    }
    let path = path.unwrap_or(PathAndQuery::from_static("/"));
    let mut targets = Vec::new();
    for host in served(headers, original.and_then(|(host, _)| host), hosts)? {
        for method in methods(rules) {
            let mut target = Target::new(host.clone(), method, path.clone(), headers)?;
            if opens_websocket(headers) {
                target.kind = Kind::WebSocket;
            }
            (target.requires_session, target.method_is_known) = (true, false);
            // The documented nginx snippet sets no `X-Forwarded-For` and passes on what a client sends.
            target.client_is_known = false;
            targets.push(target);
        }
    }
    Ok(targets)
}

/// Returns the path from the headers that carry one. They must not contradict one another.
fn path(headers: &HeaderMap, original: Option<&str>) -> Result<Option<PathAndQuery>, InvalidCheck> {
    let paths = [
        at_most_once(headers, names::X_FORWARDED_URI, "X-Forwarded-Uri")?,
        at_most_once(headers, X_ORIGINAL_URI, "X-Original-URI")?,
        original,
    ];
    let mut paths = paths.into_iter().flatten();
    let Some(path) = paths.next() else { return Ok(None) };
    if paths.any(|other| other != path) {
        return Err(InvalidCheck::Contradicting);
    }
    asked_path(path, "X-Forwarded-Uri").map(Some)
}

/// Returns the hosts in the headers, each of which must be served, and the host of the request itself, which may be the
/// gateway's own address if a header names another.
fn served<'h>(
    headers: &HeaderMap,
    original: Option<&str>,
    hosts: &'h Hosts,
) -> Result<Vec<Cow<'h, ServedHost>>, InvalidCheck> {
    let forwarded = at_most_once(headers, names::X_FORWARDED_HOST, "X-Forwarded-Host")?;
    let mut found: Vec<Cow<'h, ServedHost>> = Vec::new();
    for host in [forwarded, original].into_iter().flatten() {
        found.push(hosts.find(host)?);
    }
    let own = at_most_once(headers, HOST, "Host")?.ok_or(InvalidCheck::Missing("Host"))?;
    match hosts.find(own) {
        Ok(host) => found.push(host),
        Err(why) if found.is_empty() => return Err(why.into()),
        Err(_) => {}
    }
    found.dedup_by(|one, other| one.origin() == other.origin());
    Ok(found)
}

/// Returns `GET`, every method that a rule names, and one that none does.
fn methods(rules: &Rules) -> Vec<Method> {
    let mut methods = vec![Method::GET];
    for method in rules.routes().iter().flat_map(|route| &route.methods) {
        if !methods.contains(method) && is_served(method) {
            methods.push(method.clone());
        }
    }
    methods.extend(Method::from_bytes(UNNAMED).ok());
    methods
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_authn::rules::{PathPattern, Route};

    #[test]
    fn every_method_that_a_rule_names_is_tried_once_if_it_is_served() {
        let named = [Method::DELETE, Method::GET, Method::TRACE, Method::DELETE];
        let route = Route { methods: named.to_vec(), ..Route::new(PathPattern::parse("/*").unwrap(), Access::Full) };
        let tried = methods(&Rules::new(vec![route.clone(), route]));
        assert_eq!(tried, [Method::GET, Method::DELETE, Method::from_bytes(UNNAMED).unwrap()]);
    }
}
