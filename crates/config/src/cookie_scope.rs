//! `session.cookie_domain` and `session.same_site`: the scope of the session cookie, checked against the hosts of the
//! gateway and the origins of its dashboards.

use postern_authn::rules::HostPattern;
use postern_keystore::{CookieScope, SameSite};
use postern_model::web::Origin;

use crate::route::RouteConfig;
use crate::table::{Complaint, Table};

/// Second-level labels under which country registries sell names (`co.uk`, `com.au`).
const REGISTRY_LABELS: [&str; 11] = ["ac", "co", "com", "edu", "go", "gob", "gov", "ne", "net", "or", "org"];

/// Reads the two keys.
pub(crate) fn read(table: &mut Table<'_>) -> CookieScope {
    let domain = table.make("cookie_domain", domain);
    let same_site = table.make("same_site", same_site).unwrap_or_default();
    CookieScope { domain, same_site }
}

fn same_site(text: &str) -> Result<SameSite, Complaint> {
    match text {
        "lax" => Ok(SameSite::Lax),
        "none" => Ok(SameSite::None),
        "strict" => Err((
            "\"strict\" would leave the cookie out when the provider sends the browser back".to_owned(),
            "write \"lax\", or \"none\" for a dashboard on another site",
        )),
        other => Err((format!("{other:?} is not known"), "write \"lax\" or \"none\"")),
    }
}

/// Parses a domain name of two or more labels that is not a public suffix.
fn domain(text: &str) -> Result<String, Complaint> {
    let label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(plain) && !label.starts_with('-') && !label.ends_with('-')
    };
    let text = text.strip_prefix('.').unwrap_or(text);
    if !text.split('.').all(label) || text.parse::<std::net::IpAddr>().is_ok() {
        return Err((format!("{text:?} is no domain"), "write a name in lower case, such as \"example.com\""));
    }
    if is_public_suffix(text) {
        let what =
            format!("{text:?} is a domain where anybody may register names, so that browsers refuse such a cookie");
        return Err((what, "write your own domain, such as \"example.com\""));
    }
    Ok(text.to_owned())
}

/// Whether a domain is a public suffix, below which anyone can register names; judged by its form only.
pub(crate) fn is_public_suffix(domain: &str) -> bool {
    match domain.split_once('.') {
        None => true,
        Some((label, country)) => country.len() == 2 && REGISTRY_LABELS.contains(&label),
    }
}

/// Checks the scope against the hosts that are served and the origins whose scripts call the API.
pub(crate) fn check(
    root: &Table<'_>,
    scope: &CookieScope,
    public_url: &Origin,
    routes: &[Option<RouteConfig>],
    dashboards: &[Origin],
) {
    if scope.domain.is_some() && !public_url.is_https() {
        let what = "public_url is http: a cookie that several hosts share has to be Secure".to_owned();
        root.report(
            "session.cookie_domain",
            what,
            "serve https, or remove the key: each host then gets its own cookie",
        );
    }
    if scope.same_site == SameSite::None && !public_url.is_https() {
        let what = "public_url is http: browsers take SameSite=None with Secure only".to_owned();
        root.report("session.same_site", what, "serve https, or write \"lax\"");
    }
    if let Some(domain) = &scope.domain {
        let routes = routes.iter().flatten().flat_map(|route| &route.hosts).map(host_name);
        for host in std::iter::once(public_url.host()).chain(routes).filter(|host| !is_within(host, domain)) {
            let what = format!("{host} is not a host of {domain}, so that browsers would not send it the cookie");
            root.report(
                "session.cookie_domain",
                what,
                "write a parent of public_url's host and of every route's, or remove the key",
            );
        }
    }
    // Local origins are allowed by default, and matter only if the gateway is local too.
    let counts = |origin: &&Origin| is_local(public_url) || !is_local(origin);
    let foreign = dashboards.iter().filter(counts).filter(|origin| !is_same_site(origin, public_url));
    let foreign: Vec<&str> = foreign.map(Origin::as_str).collect();
    if !foreign.is_empty() && scope.same_site == SameSite::Lax {
        let what = format!(
            "{} is of another site than {public_url}: its scripts' requests carry no session cookie while this is \"lax\"",
            foreign.join(", ")
        );
        let remedy = "serve both from one site, or write session.same_site = \"none\"";
        root.warn("session.same_site", what, remedy);
    }
}

/// The host name of a pattern; for a wildcard, the part that all its hosts share.
pub(crate) fn host_name(pattern: &HostPattern) -> &str {
    let text = match pattern {
        HostPattern::Is(host) => host,
        HostPattern::Below(suffix) => suffix.trim_start_matches('.'),
    };
    text.rsplit_once(':').map_or(text, |(host, _)| host)
}

fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether browsers treat two origins as same-site: the same scheme and registrable domain (RFC 6265bis §5.2), judged
/// by the form of the domain.
fn is_same_site(one: &Origin, other: &Origin) -> bool {
    one.scheme() == other.scheme() && registrable(one.host()) == registrable(other.host())
}

fn is_local(origin: &Origin) -> bool {
    let host = origin.host();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn registrable(host: &str) -> &str {
    if host.parse::<std::net::IpAddr>().is_ok() {
        return host;
    }
    let ends: Vec<usize> = host.rmatch_indices('.').map(|(index, _)| index + 1).collect();
    let from = |count: usize| ends.get(count).and_then(|start| host.get(*start..)).unwrap_or(host);
    if is_public_suffix(from(1)) { from(2) } else { from(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_of_a_registry_is_refused() {
        for bad in
            ["com", "co.uk", "localhost", "com.au", "127.0.0.1", "exa mple.com", "Example.com", "", "a..b", "*.a.de"]
        {
            assert!(domain(bad).is_err(), "{bad}");
        }
        for good in ["example.com", ".example.com", "example.co.uk", "apps.example.com"] {
            assert_eq!(domain(good).unwrap(), good.trim_start_matches('.'));
        }
    }

    #[test]
    fn sites_are_compared_as_browsers_do() {
        for (one, other, same) in [
            ("https://a.example.com", "https://example.com", true),
            ("https://a.example.com", "https://b.example.com:8443", true),
            ("http://localhost:5173", "http://localhost:8080", true),
            ("http://localhost:5173", "http://127.0.0.1:8080", false),
            ("https://a.example.com", "http://a.example.com", false),
            ("https://a.example.com", "https://a.example.net", false),
            ("https://a.co.uk", "https://b.co.uk", false),
            ("https://x.a.co.uk", "https://a.co.uk", true),
        ] {
            assert_eq!(is_same_site(&one.parse().unwrap(), &other.parse().unwrap()), same, "{one} {other}");
        }
    }

    #[test]
    fn hosts_within_a_domain() {
        assert!(is_within("a.example.com", "example.com") && is_within("example.com", "example.com"));
        assert!(!is_within("badexample.com", "example.com") && !is_within("example.org", "example.com"));
    }
}
