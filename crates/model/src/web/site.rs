//! The public addresses of the gateway, and the destinations to which it may send browsers.

use std::fmt;

use url::Url;

use super::Origin;

/// Longest accepted return URL, in bytes; a longer one would not leave enough room for the sign-in transaction in its
/// cookie.
const RETURN_URL_MAX: usize = 1500;

/// Destination after sign-in: a path of ours, or a URL on an allowed origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnUrl(String);

impl ReturnUrl {
    /// Returns the text for `Location`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReturnUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The NetPilot profile: legacy paths, and the dashboard to return to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegacySite {
    /// `FRONTEND_URL`.
    pub frontend_url: Url,
    /// Component that asks for the second factor.
    pub second_factor: ChallengeUi,
}

/// Component that asks for the second factor after a sign-in that a dashboard of the NetPilot profile began
/// (`legacy.second_factor`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChallengeUi {
    /// The gateway's own pages, before the dashboard is reached. Works with every dashboard.
    #[default]
    Pages,
    /// The dashboard, which has the modals of the guide.
    Dashboard,
}

/// Public addresses of the gateway.
#[derive(Clone, Debug)]
pub struct Site {
    origin: Origin,
    base_path: String,
    hosts: Vec<Origin>,
    return_origins: Vec<Origin>,
    return_suffixes: Vec<String>,
    legacy: Option<LegacySite>,
    tells_related_origins: bool,
}

impl Site {
    /// Takes the public origin, the base path (`/postern`: leading slash, no trailing one), the origins of the gateway's
    /// other hosts, which return URLs may name too, and the NetPilot profile where it is on (its front end is a return origin too).
    pub fn new(origin: Origin, base_path: &str, return_origins: Vec<Origin>, legacy: Option<LegacySite>) -> Self {
        let (hosts, mut return_origins) = (return_origins.clone(), return_origins);
        return_origins.extend(legacy.as_ref().and_then(|legacy| Origin::of(&legacy.frontend_url)));
        Self {
            origin,
            base_path: base_path.trim_end_matches('/').to_owned(),
            hosts,
            return_origins,
            return_suffixes: Vec::new(),
            legacy,
            tells_related_origins: false,
        }
    }

    /// Return URLs may also name hosts with exactly one label before one of these suffixes (`.example.com`, with a port
    /// where it is not the default), under the scheme of the public origin.
    #[must_use]
    pub fn returning_below(self, return_suffixes: Vec<String>) -> Self {
        Self { return_suffixes, ..self }
    }

    /// The gateway tells browsers that its pages may use the passkeys of another host of the gateway.
    #[must_use]
    pub fn telling_related_origins(self, tells_related_origins: bool) -> Self {
        Self { tells_related_origins, ..self }
    }

    /// Whether it does.
    pub fn tells_related_origins(&self) -> bool {
        self.tells_related_origins
    }

    /// Returns the public origin.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the base path, without a trailing slash.
    pub fn base_path(&self) -> &str {
        &self.base_path
    }

    /// Returns the additional origins that return URLs may name.
    pub fn return_origins(&self) -> &[Origin] {
        &self.return_origins
    }

    /// Returns the suffixes of additional hosts that return URLs may name (`.example.com`).
    pub fn return_suffixes(&self) -> &[String] {
        &self.return_suffixes
    }

    /// Returns the origin of the gateway's host that a client named in `Host`, in any spelling; `None` for the public
    /// host, and for hosts that are not the gateway's.
    pub fn other_host(&self, authority: &str) -> Option<Origin> {
        let origin: Origin = format!("{}://{}", self.origin.scheme(), authority.trim_end_matches('.')).parse().ok()?;
        self.is_other_host(&origin).then_some(origin)
    }

    /// Returns the origin of a URL on a host of the gateway that has separate cookies: not the public host, on any
    /// port, since ports of a host share cookies (RFC 6265 §8.5).
    pub fn other_host_of(&self, url: &str) -> Option<Origin> {
        let origin = Origin::of(&Url::parse(url).ok()?)?;
        self.is_other_host(&origin).then_some(origin)
    }

    fn is_other_host(&self, origin: &Origin) -> bool {
        let ours = self.hosts.contains(origin) || self.is_below(origin);
        ours && origin.host() != self.origin.host()
    }

    /// Whether the gateway has further hosts with separate cookies.
    pub fn has_other_hosts(&self) -> bool {
        !self.return_suffixes.is_empty() || self.hosts.iter().any(|host| self.is_other_host(host))
    }

    /// Checks a return URL that a client sent to another host of the gateway, as [`Site::return_url`] does, but
    /// resolves a path on that host. Returns an absolute URL on this host.
    pub fn return_url_at(&self, host: &Origin, candidate: &str) -> Option<ReturnUrl> {
        if candidate.starts_with("//") {
            return None;
        }
        let absolute = if candidate.starts_with('/') { format!("{host}{candidate}") } else { candidate.to_owned() };
        let url = self.return_url(&absolute)?;
        (Origin::of(&Url::parse(url.as_str()).ok()?)? == *host).then_some(url)
    }

    /// Returns the NetPilot profile, where it is on.
    pub fn legacy(&self) -> Option<&LegacySite> {
        self.legacy.as_ref()
    }

    /// Returns the path of a page of ours: `path("verify")` is `/postern/verify`.
    pub fn path(&self, page: &str) -> String {
        format!("{}/{page}", self.base_path)
    }

    /// Returns the absolute URL of a page of ours.
    pub fn url(&self, page: &str) -> String {
        format!("{}{}/{page}", self.origin, self.base_path)
    }

    /// Returns the absolute URL of a page of ours, which may have a query, that sends the browser back to `back` afterwards
    /// (query parameter `rd`).
    pub fn url_returning(&self, page: &str, back: &str) -> String {
        let joint = if page.contains('?') { '&' } else { '?' };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("rd", back);
        format!("{}{joint}{}", self.url(page), query.finish())
    }

    /// Returns the redirect URI registered with the provider: `/authorize` with the NetPilot profile, otherwise the
    /// callback.
    pub fn redirect_uri(&self) -> String {
        match self.legacy {
            Some(_) => format!("{}/authorize", self.origin),
            None => self.url("callback"),
        }
    }

    /// Checks a return URL that a client sent. Accepts a path (`/a?b#c`) or an absolute URL whose origin is ours or an
    /// allowed one, and returns it re-serialised by a WHATWG URL parser, so that browsers read the URL that was
    /// checked. `None` for any other URL, and for pages of ours that would loop.
    pub fn return_url(&self, candidate: &str) -> Option<ReturnUrl> {
        let clean = candidate.len() <= RETURN_URL_MAX
            && !candidate.contains('\\')
            && !candidate.chars().any(|c| c.is_control() || c.is_whitespace());
        let rooted = candidate.starts_with('/') && !candidate.starts_with("//");
        let absolute = candidate.starts_with("https://") || candidate.starts_with("http://");
        if !clean || !(rooted || absolute) {
            return None;
        }
        let base = Url::parse(self.origin.as_str()).ok()?;
        let url = base.join(candidate).ok()?;
        let origin = Origin::of(&url)?;
        if !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        if origin != self.origin {
            let loops = self.is_other_host(&origin) && self.loops(url.path());
            return (self.is_return_origin(&origin) && !loops).then(|| ReturnUrl(url.into()));
        }
        // A path like `/.//evil` parses to `//evil`, which as a Location would name another host.
        if url.path().starts_with("//") || self.loops(url.path()) {
            return None;
        }
        Some(ReturnUrl(url[url::Position::BeforePath..].to_owned()))
    }

    fn is_return_origin(&self, origin: &Origin) -> bool {
        self.return_origins.contains(origin) || self.is_below(origin)
    }

    fn is_below(&self, origin: &Origin) -> bool {
        let below = |suffix: &String| {
            let label = origin.authority().strip_suffix(suffix.as_str());
            label.is_some_and(|label| !label.is_empty() && !label.contains('.'))
        };
        origin.scheme() == self.origin.scheme() && self.return_suffixes.iter().any(below)
    }

    /// Returns the destination when no return URL was given.
    pub fn default_return(&self) -> ReturnUrl {
        ReturnUrl("/".to_owned())
    }

    fn loops(&self, path: &str) -> bool {
        let ours = path.strip_prefix(&self.base_path).and_then(|rest| rest.strip_prefix('/'));
        let legacy = self.legacy.is_some() && matches!(path, "/login" | "/authorize" | "/logout");
        legacy || ours.is_some_and(|page| matches!(page, "sign-in" | "callback" | "sign-out" | "hand-over"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn site() -> Site {
        let legacy =
            LegacySite { frontend_url: "http://localhost:5173".parse().unwrap(), second_factor: ChallengeUi::Pages };
        let more = vec!["https://app.example.com".parse().unwrap()];
        Site::new("https://example.com".parse().unwrap(), "/postern", more, Some(legacy))
    }

    #[test]
    fn paths_keep_their_query_and_fragment() {
        for good in ["/", "/a/b?x=1&y=%2F#z", "/postern/account", "/a//b"] {
            assert_eq!(site().return_url(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn absolute_urls_are_held_to_the_allowed_origins() {
        let kept = site().return_url("http://localhost:5173?login=success").unwrap();
        assert_eq!(kept.as_str(), "http://localhost:5173/?login=success");
        assert_eq!(site().return_url("https://example.com/a?b").unwrap().as_str(), "/a?b");
        assert!(site().return_url("https://app.example.com/x").is_some());
    }

    #[test]
    fn open_redirects_are_refused() {
        for bad in [
            "",
            "a",
            "//evil.com",
            "///evil.com",
            "/\\evil.com",
            "\\\\evil.com",
            "/\t/evil.com",
            "/%09\n/evil",
            " /a",
            "https:evil.com",
            "https:///evil.com",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://evil.com",
            "https://example.com.evil.com/",
            "https://example.com@evil.com/",
            "https://u:p@example.com/",
            "https://example.com:8443/",
            "http://example.com/",
            "https://examp\u{200b}le.com.evil.com",
            "/.//evil.com",
            "/a/..//evil.com",
            "https://app.example.com.evil.com",
            "/postern/sign-in?rd=/",
            "/login",
            "/postern/callback",
        ] {
            assert_eq!(site().return_url(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn pages_that_begin_or_end_a_session_are_no_place_to_return_to() {
        for page in ["/postern/sign-in", "/postern/callback", "/postern/sign-out", "/login", "/authorize", "/logout"] {
            for url in [page.to_owned(), format!("{page}?a=b"), format!("https://example.com{page}")] {
                assert_eq!(site().return_url(&url), None, "{url}");
            }
        }
        for page in ["/postern/account", "/postern/sign-outs", "/posternsign-in", "/sign-in", "/callback", "/logout/x"]
        {
            assert_eq!(site().return_url(page).unwrap().as_str(), page);
        }
        let plain = Site::new("https://example.com".parse().unwrap(), "/postern", Vec::new(), None);
        for page in ["/login", "/authorize", "/logout"] {
            assert_eq!(plain.return_url(page).unwrap().as_str(), page, "the upstream's without the NetPilot profile");
        }
    }

    #[test]
    fn a_wildcard_lets_one_label_return_and_no_more() {
        let site = site().returning_below(vec![".apps.example".to_owned()]);
        assert!(site.return_url("https://a.apps.example/x").is_some());
        for bad in [
            "https://apps.example/",
            "https://a.b.apps.example/",
            "https://.apps.example/",
            "https://aapps.example/",
            "http://a.apps.example/",
            "https://a.apps.example:8443/",
            "https://a.apps.example.evil.com/",
            "https://evil.com/.apps.example",
            "https://evil.com#.apps.example",
        ] {
            assert_eq!(site.return_url(bad), None, "{bad}");
        }
    }

    #[test]
    fn other_hosts_are_those_of_routes_that_have_cookies_of_their_own() {
        let site = site().returning_below(vec![".apps.example".to_owned()]);
        let named = |authority: &str| site.other_host(authority).map(|origin| origin.to_string());
        for (authority, origin) in [
            ("app.example.com", Some("https://app.example.com")),
            ("APP.example.com:443", Some("https://app.example.com")),
            ("app.example.com.", Some("https://app.example.com")),
            ("x.apps.example", Some("https://x.apps.example")),
            ("example.com", None),
            ("example.com:8443", None),
            // The dashboard is no host of the gateway.
            ("localhost:5173", None),
            ("evil.com", None),
            ("app.example.com/x", None),
            ("", None),
        ] {
            assert_eq!(named(authority).as_deref(), origin, "{authority}");
        }
        assert!(site.has_other_hosts());
        assert!(!Site::new("https://example.com".parse().unwrap(), "/postern", Vec::new(), None).has_other_hosts());
        assert!(site.other_host_of("https://app.example.com/x?y").is_some());
        assert_eq!(site.other_host_of("/x"), None);
        let other = site.other_host("app.example.com").unwrap();
        let back = |candidate: &str| site.return_url_at(&other, candidate).map(|url| url.to_string());
        assert_eq!(back("/x?y#z").as_deref(), Some("https://app.example.com/x?y#z"));
        assert_eq!(back("https://app.example.com/x").as_deref(), Some("https://app.example.com/x"));
        for bad in [
            "//evil.com",
            "https://example.com/",
            "https://x.apps.example/",
            "/\\evil.com",
            "x",
            "@evil.com",
            "/postern/hand-over?rd=/",
        ] {
            assert_eq!(back(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_return_url_survives_the_trip_through_the_query() {
        let url = site().url_returning("verify", "/a?b=c&d=e f#g");
        let (_, back) =
            Url::parse(&url).unwrap().query_pairs().next().map(|(k, v)| (k.into_owned(), v.into_owned())).unwrap();
        assert_eq!(back, "/a?b=c&d=e f#g");
    }

    proptest! {
        /// A browser on our origin ends on an allowed origin, whichever URL is accepted.
        #[test]
        fn accepted_urls_stay_on_allowed_origins(text in "[/\\\\.a-z:@%?#\t]{0,24}", prefix in "(https://example.com|//|/|)") {
            let candidate = format!("{prefix}{text}");
            if let Some(kept) = site().return_url(&candidate) {
                let landed = Url::parse("https://example.com/postern/callback").unwrap().join(kept.as_str()).unwrap();
                let origin = Origin::of(&landed).unwrap();
                prop_assert_eq!(origin.as_str(), "https://example.com");
            }
        }
    }
}
