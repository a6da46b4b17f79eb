//! oauth2-proxy's URLs for browsers. They redirect to the gateway's pages, so that no link or image signs in or out.

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use http::request::Parts;
use http::{Response, StatusCode};
use postern_authn::access::{Permitted, Step};
use postern_model::access::Access;
use postern_model::web::Problem;
use serde_json::{Value, json};

use super::CompatEndpoints;
use crate::gate::Refusal;
use crate::headers::names;
use crate::response::body::Body;
use crate::response::no_store::no_store;
use crate::response::problems;
use crate::response::{Reader, Rendering};
use crate::target::dialect::at_most_once;
use crate::target::host::ServedHost;
use crate::target::path::CanonicalPath;
use postern_authn::rules::EncodedCharacters;
use postern_http::Peer;

const REDIRECT: HeaderName = HeaderName::from_static("x-auth-request-redirect");

/// The URLs below the prefix, except `auth`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    SignIn,
    SignOut,
    UserInfo,
    Callback,
    Unknown,
}

impl Page {
    pub(super) fn of(below_prefix: &str) -> Self {
        match below_prefix {
            "start" | "sign_in" => Self::SignIn,
            "sign_out" => Self::SignOut,
            "userinfo" => Self::UserInfo,
            "callback" => Self::Callback,
            _ => Self::Unknown,
        }
    }
}

/// Interpretations of `rd`, the most likely first. The documented nginx snippet writes a URL with its query unencoded
/// (`rd=$scheme://$host$request_uri`); everything after it then belongs to it. Each is validated later.
fn named(query: &str) -> Vec<String> {
    let Some(start) = query.strip_prefix("rd=").or_else(|| query.split_once("&rd=").map(|(_, rest)| rest)) else {
        return Vec::new();
    };
    let value = start.split('&').next().unwrap_or_default();
    let pair = format!("rd={value}");
    let decoded = form_urlencoded::parse(pair.as_bytes()).map(|(_, url)| url.into_owned());
    let (whole, likely) = if value.contains('?') { (start, true) } else { (value, false) };
    let whole = Some(whole.to_owned()).filter(|url| has_one_reading(url));
    if likely { whole.into_iter().chain(decoded).collect() } else { decoded.chain(whole).collect() }
}

/// Whether the path of this URL has one reading. It was not decoded, so `%5C` may still be decoded later.
fn has_one_reading(url: &str) -> bool {
    CanonicalPath::parse(path_of(url), EncodedCharacters::NONE).is_ok()
}

/// Returns the path of a URL, which may have an origin. A query may have URLs of its own.
fn path_of(url: &str) -> &str {
    let whole = url.split(['?', '#']).next().unwrap_or_default();
    match whole.split_once("://") {
        Some((_, rest)) if !whole.starts_with('/') => rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/"),
        _ => whole,
    }
}

impl CompatEndpoints {
    pub(super) async fn oauth2_page(&self, page: Page, parts: &Parts, peer: &Peer) -> Response<Body> {
        let host = match self.page_host(&parts.headers) {
            Ok(host) => host,
            Err(response) => return *response,
        };
        match page {
            Page::SignIn => {
                let led = self.lead("sign-in", &host, parts, peer);
                if self.has_every_factor(&parts.headers).await { self.stand_still(&led) } else { led }
            }
            Page::SignOut => self.lead("sign-out", &host, parts, peer),
            Page::UserInfo => self.user_info(&parts.headers).await,
            Page::Callback => {
                let message = format!(
                    "The provider comes back to {} now. Register that as the redirect URI in place of this one.",
                    self.core.renderer.site.redirect_uri()
                );
                self.core.renderer.problem(Reader::PROGRAM, StatusCode::NOT_FOUND, &Problem::new("MOVED", message))
            }
            Page::Unknown => {
                let refusal = Refusal::Withheld;
                self.core.renderer.problem(Reader::PROGRAM, problems::status(refusal), &problems::of(refusal))
            }
        }
    }

    /// Redirects to a page of the gateway and back. The body redirects too, since Traefik's `errors` middleware shows this
    /// response with the status of the error.
    fn lead(&self, page: &str, host: &ServedHost, parts: &Parts, peer: &Peer) -> Response<Body> {
        let url = match self.return_url(host, parts, peer) {
            Some(back) => self.core.renderer.site.url_returning(page, &back),
            None => self.core.renderer.site.url(page),
        };
        let Ok(location) = HeaderValue::try_from(url.as_str()) else {
            let reader = Reader { rendering: Rendering::Page, origin: None, wishes: None };
            return self.core.renderer.problem(reader, StatusCode::BAD_REQUEST, &problems::of(Refusal::Withheld));
        };
        let text = url.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        let mut response = Response::new(Body::full(format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0; \
             url={text}\"><title>Go on</title></head>\n<body><p><a href=\"{text}\">Go on</a></p></body></html>\n"
        )));
        *response.status_mut() = StatusCode::FOUND;
        let headers = response.headers_mut();
        headers.insert(LOCATION, location);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        no_store(headers);
        response
    }

    async fn has_every_factor(&self, headers: &HeaderMap) -> bool {
        match self.core.gate.session(Access::Full, headers).await {
            Ok(context) => self.core.gate.decide(&context).is_ok(),
            Err(_) => false,
        }
    }

    /// Renders the same redirect as a page that does not continue by itself. Traefik's `errors` middleware shows this
    /// body if a check was denied, and another sign-in would end there again.
    fn stand_still(&self, led: &Response<Body>) -> Response<Body> {
        let reader = Reader { rendering: Rendering::Page, origin: None, wishes: None };
        let mut response = self.core.renderer.problem(reader, led.status(), &problems::not_allowed());
        if let Some(location) = led.headers().get(LOCATION) {
            response.headers_mut().insert(LOCATION, location.clone());
        }
        response
    }

    /// Returns the return URL: `rd`, otherwise the header of a trusted proxy. The first that is allowed is used;
    /// without one, the page's default.
    fn return_url(&self, host: &ServedHost, parts: &Parts, peer: &Peer) -> Option<String> {
        let mut wanted = named(parts.uri.query().unwrap_or_default());
        if peer.is_trusted(self.core.trusted()) {
            // These are not decoded either.
            for name in [REDIRECT, names::X_FORWARDED_URI] {
                let url = at_most_once(&parts.headers, name, "").ok().flatten();
                wanted.extend(url.filter(|url| has_one_reading(url)).map(str::to_owned));
            }
        }
        wanted.iter().find_map(|wanted| {
            // Two slashes name another host, and are no path of this one.
            let path = wanted.starts_with('/') && !wanted.starts_with("//");
            let absolute = path && host.origin() != self.core.renderer.site.origin();
            let wanted = if absolute { format!("{}{wanted}", host.origin()) } else { wanted.clone() };
            let kept = self.core.renderer.site.return_url(&wanted)?.as_str().to_owned();
            (!self.is_compat_page(&kept)).then_some(kept)
        })
    }

    /// Whether this URL would redirect again, at whichever host. nginx configurations of oauth2-proxy name the page itself
    /// as the place to return to.
    fn is_compat_page(&self, url: &str) -> bool {
        let path = path_of(url);
        self.endpoint(path).is_some_and(|endpoint| path != "/" && endpoint.name() == "oauth2-proxy")
    }

    /// Returns the signed-in user as JSON; 401 without a session and for a missing step.
    async fn user_info(&self, headers: &HeaderMap) -> Response<Body> {
        let origin = headers.get(http::header::ORIGIN);
        let (core, reader) = (&self.core, Reader { rendering: Rendering::Json, origin, wishes: None });
        match self.permitted_user(headers).await {
            Ok((permitted, user)) => core.renderer.json(permitted, reader, &user),
            Err(Refusal::Challenge(step)) => core.renderer.problem(
                reader,
                StatusCode::UNAUTHORIZED,
                &problems::step(step, &self.core.renderer.site.url(step.page())),
            ),
            Err(refusal) => core.renderer.refusal_to(reader, refusal),
        }
    }

    async fn permitted_user(&self, headers: &HeaderMap) -> Result<(Permitted<()>, Value), Refusal> {
        let context = self.core.gate.session(Access::Full, headers).await?;
        let permit = self.core.gate.decide(&context)?;
        let identity = permit.identity().ok_or(Refusal::Challenge(Step::SignIn))?;
        let user = identity.person();
        let response = json!({
            "user": user.id.to_string(),
            "email": user.email,
            "groups": self.core.identities.groups(identity),
            "preferredUsername": user.email,
        });
        Ok((permit.admit(()), response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_known_by_their_names() {
        for (name, page) in [
            ("start", Page::SignIn),
            ("sign_in", Page::SignIn),
            ("sign_out", Page::SignOut),
            ("userinfo", Page::UserInfo),
            ("callback", Page::Callback),
            ("auth", Page::Unknown),
            ("", Page::Unknown),
        ] {
            assert_eq!(Page::of(name), page, "{name}");
        }
    }

    #[test]
    fn the_path_of_a_url_is_found_before_its_query() {
        for (url, path) in [
            ("/a?b=https://example.com/c", "/a"),
            ("/a#https://example.com/c", "/a"),
            ("/a://b/c", "/a://b/c"),
            ("https://example.com/a/b?c=d://e/f", "/a/b"),
            ("https://example.com?a", "/"),
            ("https://example.com", "/"),
            ("a", "a"),
            ("", ""),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
        assert!(!has_one_reading("/%5Cevil.com?x=https://example.com/a"));
        assert!(has_one_reading("/a?x=https://example.com/%5C"));
    }

    #[test]
    fn a_url_that_was_not_encoded_keeps_its_query() {
        let first = |query: &str| named(query).into_iter().next();
        for (query, url) in [
            ("rd=%2Fa%3Fb%3Dc%26d", "/a?b=c&d"),
            ("rd=/a", "/a"),
            ("rd=https://example.com/a?b=c&d=%2F", "https://example.com/a?b=c&d=%2F"),
            ("rd=/a?b=c&rd=/x", "/a?b=c&rd=/x"),
            ("x=1&rd=/a&y=2", "/a"),
            ("rd=", ""),
        ] {
            assert_eq!(first(query).as_deref(), Some(url), "{query}");
        }
        assert_eq!(named("x=1&xrd=/a"), Vec::<String>::new());
        assert_eq!(named("rd=/a%20b"), ["/a b", "/a%20b"]);
        assert_eq!(named("rd=/%5Cevil.com"), ["/\\evil.com"]);
        assert_eq!(named("rd=https://example.com/%2e%2e/?x"), ["https://example.com/../?x"]);
    }
}
