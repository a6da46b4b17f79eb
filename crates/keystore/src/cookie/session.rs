//! The cookie that carries the session token.

use std::time::Duration;

use http::HeaderValue;
use http::header::COOKIE;
use postern_model::web::Fields;

use super::jar::{pieces, split};
use super::scope::{CookieScope, SameSite};
use crate::device_binding::BoundCookie;
use crate::token::SessionToken;

/// Maximum total size of `Cookie` headers that are searched, in bytes.
const JAR_MAX: usize = 16 * 1024;

/// Session cookie of a deployment. It is `HttpOnly` and, unless a [`CookieScope`] says otherwise, host-only and
/// `SameSite=Lax`. On https it is also `Secure` and has the `__Host-` name prefix, which keeps other hosts of the
/// domain from planting one (RFC 6265bis §4.1.3.2).
#[derive(Clone, Debug)]
pub struct SessionCookie {
    name: String,
    transaction_prefix: String,
    binding_name: String,
    language_name: String,
    device_prefix: String,
    bound_name: String,
    attributes: String,
    /// Attributes of the cookies that belong to one host, whatever the scope of the session cookie.
    host_attributes: String,
    https: bool,
    scope: CookieScope,
    cleared: HeaderValue,
}

/// Session cookie state of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CookieRead {
    /// No session cookie.
    Absent,
    /// One well-formed session cookie.
    Token(SessionToken),
    /// A malformed session cookie, or more than one (equal ones too), since one may be planted.
    Refused,
    /// `Cookie` headers above 16 KiB, filled by cookies of other applications. The session cookie is not searched for.
    TooLarge,
}

/// Error of text that is not a cookie name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no cookie name: use letters, digits, \"-\" and \"_\", at most 64 of them, without a \"__\" prefix")]
pub struct InvalidCookieName(pub String);

impl SessionCookie {
    /// Takes the configured name and whether browsers reach the gateway over https.
    pub fn new(name: &str, https: bool) -> Result<Self, InvalidCookieName> {
        Self::scoped(name, https, CookieScope::default())
    }

    /// Returns this cookie with another scope. The caller has checked that the domain belongs to one of its hosts and
    /// that a scope beyond the default is used with https.
    pub fn scoped(name: &str, https: bool, scope: CookieScope) -> Result<Self, InvalidCookieName> {
        let invalid = || InvalidCookieName(name.to_owned());
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !plain || name.is_empty() || name.len() > 64 || name.starts_with("__") {
            return Err(invalid());
        }
        let (own, plain_name) = (CookieScope::default(), name);
        let (own_name, host_attributes) = (format!("{}{name}", own.prefix(https)), own.attributes(https));
        let (name, attributes) = (format!("{}{name}", scope.prefix(https)), scope.attributes(https));
        let cleared = HeaderValue::try_from(format!("{name}={attributes}; Max-Age=0")).map_err(|_| invalid())?;
        Ok(Self {
            transaction_prefix: format!("{own_name}-tx-"),
            binding_name: format!("{own_name}-hand-over"),
            language_name: format!("{own_name}-language"),
            device_prefix: format!("{}{plain_name}-device-", if https { "__Secure-" } else { "" }),
            bound_name: format!("{own_name}-bound"),
            name,
            attributes,
            host_attributes,
            https,
            scope,
            cleared,
        })
    }

    /// Whether all hosts of a domain share the cookie, so that hand-overs between them are not needed.
    pub fn is_shared(&self) -> bool {
        self.scope.domain.is_some()
    }

    /// Whether requests of other sites carry the cookie, so that a write must name an allowed origin.
    pub fn is_cross_site(&self) -> bool {
        self.scope.same_site == SameSite::None
    }

    pub(super) fn binding_name(&self) -> &str {
        &self.binding_name
    }

    pub(super) fn language_name(&self) -> &str {
        &self.language_name
    }

    pub(super) fn device_prefix(&self) -> &str {
        &self.device_prefix
    }

    pub(super) fn bound_name(&self) -> &str {
        &self.bound_name
    }

    pub(super) fn host_attributes(&self) -> &str {
        &self.host_attributes
    }

    /// Whether browsers reach the gateway over https.
    pub(super) fn is_https(&self) -> bool {
        self.https
    }

    /// Returns the cookie's name on the wire.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name prefix of sign-in transaction cookies. They belong to one host, and [`SessionCookie::strip`]
    /// removes them as it does the session cookie.
    pub fn transaction_prefix(&self) -> &str {
        &self.transaction_prefix
    }

    /// Returns the `Set-Cookie` value that gives a browser its token.
    #[expect(clippy::expect_used, reason = "name, token and attributes are visible ASCII")]
    pub fn set(&self, token: &SessionToken, max_age: Duration) -> HeaderValue {
        let Self { name, attributes, .. } = self;
        let text = format!("{name}={}{attributes}; Max-Age={}", token.to_text(), max_age.as_secs());
        let mut value = HeaderValue::try_from(text).expect("visible ASCII");
        value.set_sensitive(true);
        value
    }

    /// Returns the `Set-Cookie` value that makes a browser drop its token.
    pub fn clear(&self) -> HeaderValue {
        self.cleared.clone()
    }

    /// Returns the `Set-Cookie` value of a sign-in transaction. `name` is the whole name, beginning with
    /// [`SessionCookie::transaction_prefix`]; a zero `max_age` removes the cookie. `None` if name or value is not valid
    /// in a cookie.
    pub fn set_transaction(&self, name: &str, value: &str, max_age: Duration) -> Option<HeaderValue> {
        let octets =
            |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\'));
        let ours = name.starts_with(&self.transaction_prefix) && !name.contains('=');
        if !ours || !octets(name) || !octets(value) {
            return None;
        }
        let mut value =
            HeaderValue::try_from(format!("{name}={value}{}; Max-Age={}", self.host_attributes, max_age.as_secs()))
                .ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Reads the session token of a request. Allocates nothing.
    pub fn read(&self, headers: &impl Fields) -> CookieRead {
        self.read_both(headers).0
    }

    /// Reads the session token of a request, and the cookie with which its device is proven. The latter is `None` if it is
    /// missing or malformed, or if there are several, since one may be planted. Allocates nothing.
    pub fn read_both(&self, headers: &impl Fields) -> (CookieRead, Option<BoundCookie>) {
        let (mut size, mut found, mut again) = (0, None, false);
        let (mut bound, mut bound_again) = (None, false);
        for line in headers.all(COOKIE) {
            size += line.len();
            if size > JAR_MAX {
                return (CookieRead::TooLarge, None);
            }
            // Most cookies belong to other applications, so only a name that begins like ours is parsed.
            let begins = |piece: &[u8]| piece.starts_with(self.name.as_bytes()) || self.begins_like_bound(piece);
            for (name, value) in pieces(line).filter(|piece| begins(piece)).map(split) {
                if name == self.name.as_bytes() {
                    again |= found.replace(value).is_some();
                } else if name == self.bound_name.as_bytes() {
                    bound_again |= bound.replace(value).is_some();
                }
            }
        }
        let token = match found {
            None => CookieRead::Absent,
            Some(Some(value)) if !again => {
                SessionToken::from_bytes(value).map_or(CookieRead::Refused, CookieRead::Token)
            }
            Some(_) => CookieRead::Refused,
        };
        (token, bound.flatten().filter(|_| !bound_again).and_then(BoundCookie::parse))
    }

    /// Whether a piece begins like the cookie of the device where that name does not begin with the session cookie's, as
    /// it does unless hosts share the session cookie.
    fn begins_like_bound(&self, piece: &[u8]) -> bool {
        self.is_shared() && piece.starts_with(self.bound_name.as_bytes())
    }

    /// Whether the name is one of the gateway's in any case of letters: some backends ignore it.
    pub fn resembles_ours(&self, name: &[u8]) -> bool {
        let begins =
            |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()));
        let whole = [&self.name, &self.binding_name, &self.language_name, &self.bound_name];
        whole.iter().any(|own| name.eq_ignore_ascii_case(own.as_bytes()))
            || begins(&self.transaction_prefix)
            || begins(&self.device_prefix)
    }

    pub(super) fn is_ours(&self, name: &[u8]) -> bool {
        name == self.name.as_bytes()
            || name.starts_with(self.transaction_prefix.as_bytes())
            || name == self.binding_name.as_bytes()
            || name == self.language_name.as_bytes()
            || name == self.bound_name.as_bytes()
            || name.starts_with(self.device_prefix.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counter;

    const TEXT: &str = "DjN7eZd56WYgG36VoyblZCZ_pNZXMGLj3m94NdBiPRc";

    fn read(lines: &[&str]) -> CookieRead {
        let headers: http::HeaderMap =
            lines.iter().map(|line| (COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap())).collect();
        SessionCookie::new("postern", true).unwrap().read(&headers)
    }

    #[test]
    fn the_token_is_found_wherever_it_stands() {
        let token = CookieRead::Token(SessionToken::draw(&Counter::new(3)));
        let ours = format!("__Host-postern={TEXT}");
        let many = (0..200).map(|i| format!("c{i}=v")).collect::<Vec<_>>().join("; ");
        for lines in [
            vec![ours.clone()],
            vec![format!("a=b; {ours}; c=d")],
            vec![format!("a=b;{ours}")],
            vec![format!(";;  {ours} ;")],
            vec![format!("__Host-postern = {TEXT}")],
            vec![many.clone(), ours.clone()],
            vec!["é=\u{fc}; \"quoted; x=\"".to_owned(), ours.clone()],
            vec![format!("postern={TEXT}x; __host-postern=x; __Host-postern2=x; __Host-postern-tx-1=x; {ours}")],
        ] {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(read(&lines), token, "{lines:?}");
        }
    }

    #[test]
    fn without_our_cookie_there_is_none() {
        for lines in [&[][..], &[""], &["a=b; c"], &["postern=x; x__Host-postern=y"], &["a=__Host-postern=x"]] {
            assert_eq!(read(lines), CookieRead::Absent, "{lines:?}");
        }
    }

    #[test]
    fn doubt_is_refused() {
        let ours = format!("__Host-postern={TEXT}");
        let doubled = format!("{ours}; {ours}");
        let quoted = format!("__Host-postern=\"{TEXT}\"");
        let large = format!("{ours}; pad={}", "x".repeat(64 * 1024));
        let (long, stray) = (format!("{ours}A"), ours.replace("PRc", "PRd"));
        for lines in [
            &[doubled.as_str()][..],
            &[&ours, &ours],
            &[&ours, &ours, &ours],
            &[&ours, "__Host-postern=x"],
            &["__Host-postern", &ours],
            &["__Host-postern"],
            &["__Host-postern="],
            &[&quoted],
            &["__Host-postern=x"],
            &[&long],
            &[&stray],
        ] {
            assert_eq!(read(lines), CookieRead::Refused, "{lines:?}");
        }
        assert_eq!(read(&[&large]), CookieRead::TooLarge);
    }

    #[test]
    fn a_jar_of_exactly_the_limit_is_read() {
        let pad = JAR_MAX - "pad=".len();
        assert_eq!(read(&[&format!("pad={}", "x".repeat(pad))]), CookieRead::Absent);
        assert_eq!(read(&[&format!("pad={}", "x".repeat(pad + 1))]), CookieRead::TooLarge);
    }

    #[test]
    fn the_attributes_are_those_that_browsers_need() {
        let token = SessionToken::draw(&Counter::new(3));
        let https = SessionCookie::new("postern", true).unwrap();
        let set = https.set(&token, Duration::from_secs(43_200));
        let expected = format!("__Host-postern={TEXT}; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=43200");
        assert_eq!(set.to_str().unwrap(), expected);
        assert!(!format!("{set:?}").contains(TEXT));
        let parsed = cookie::Cookie::parse(https.clear().to_str().unwrap().to_owned()).unwrap();
        assert_eq!((parsed.name(), parsed.value()), ("__Host-postern", ""));
        assert!(parsed.max_age().unwrap().is_zero() && parsed.secure() == Some(true) && parsed.domain().is_none());
        let http = SessionCookie::new("postern", false).unwrap();
        assert_eq!(http.name(), "postern");
        assert!(!https.is_shared() && !https.is_cross_site());
        assert_eq!((https.transaction_prefix(), http.transaction_prefix()), ("__Host-postern-tx-", "postern-tx-"));
        assert_eq!(http.clear(), "postern=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn a_scope_changes_the_session_cookie_and_no_other() {
        let scope = CookieScope { domain: Some("example.com".to_owned()), same_site: SameSite::None };
        let cookie = SessionCookie::scoped("postern", true, scope).unwrap();
        assert!(cookie.is_shared() && cookie.is_cross_site());
        let attributes = "; Path=/; HttpOnly; SameSite=None; Secure; Domain=example.com";
        assert_eq!(cookie.clear(), format!("__Secure-postern={attributes}; Max-Age=0"));
        let set = cookie.set(&SessionToken::draw(&Counter::new(3)), Duration::from_secs(60));
        assert_eq!(set.to_str().unwrap(), format!("__Secure-postern={TEXT}{attributes}; Max-Age=60"));
        let transaction = cookie.set_transaction("__Host-postern-tx-1", "x", Duration::from_secs(60)).unwrap();
        let expected = "__Host-postern-tx-1=x; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60";
        assert_eq!(transaction.to_str().unwrap(), expected);
        for name in ["__Secure-postern", "__Host-postern-tx-1", "__Host-postern-hand-over", "__Secure-postern-device-1"]
        {
            assert!(cookie.is_ours(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn transaction_cookies_keep_to_their_names() {
        let cookie = SessionCookie::new("postern", false).unwrap();
        let minute = Duration::from_secs(60);
        let set = cookie.set_transaction("postern-tx-1", "pst.x", minute).unwrap();
        assert_eq!(set.to_str().unwrap(), "postern-tx-1=pst.x; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        for (name, value) in [("other", "v"), ("postern-tx-1", "a;b"), ("postern-tx-1", "a b"), ("postern-tx-=", "v")] {
            assert!(cookie.set_transaction(name, value, minute).is_none(), "{name}={value}");
        }
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        for name in ["", "a b", "a;b", "a=b", "é", "__Host-x", &"x".repeat(65)] {
            assert!(SessionCookie::new(name, true).is_err(), "{name}");
        }
        assert!(SessionCookie::new(&"x".repeat(64), true).is_ok());
    }
}
