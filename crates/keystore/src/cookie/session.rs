//! The cookie that carries the session token.

use std::time::Duration;

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use super::jar::raw_cookies;
use crate::token::SessionToken;

/// Most bytes of `Cookie` headers that are looked at.
const JAR_MAX: usize = 16 * 1024;

/// The session cookie of a deployment. Host-only, `HttpOnly`, `SameSite=Lax`; on https also `Secure` and named with
/// the `__Host-` prefix, which keeps other hosts of the domain from planting one (RFC 6265bis §4.1.3.2).
#[derive(Clone, Debug)]
pub struct SessionCookie {
    name: String,
    transaction_prefix: String,
    attributes: &'static str,
    cleared: HeaderValue,
}

/// What a request says about its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CookieRead {
    /// No session cookie.
    Absent,
    /// One well-formed session cookie.
    Token(SessionToken),
    /// A malformed session cookie, more than one (equal ones too: somebody planted it), or a jar above 16 KiB.
    Refused,
}

/// Text that is no cookie name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no cookie name: use letters, digits, \"-\" and \"_\", at most 64 of them, without a \"__\" prefix")]
pub struct InvalidCookieName(pub String);

impl SessionCookie {
    /// Takes the configured name and whether browsers see the gateway under https.
    pub fn new(name: &str, https: bool) -> Result<Self, InvalidCookieName> {
        let invalid = || InvalidCookieName(name.to_owned());
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !plain || name.is_empty() || name.len() > 64 || name.starts_with("__") {
            return Err(invalid());
        }
        let (prefix, attributes) = if https {
            ("__Host-", "; Path=/; HttpOnly; SameSite=Lax; Secure")
        } else {
            ("", "; Path=/; HttpOnly; SameSite=Lax")
        };
        let name = format!("{prefix}{name}");
        let cleared = HeaderValue::try_from(format!("{name}={attributes}; Max-Age=0")).map_err(|_| invalid())?;
        Ok(Self { transaction_prefix: format!("{name}-tx-"), name, attributes, cleared })
    }

    /// The cookie's name on the wire.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the names of sign-in transaction cookies begin with. They go with the session cookie: same attributes,
    /// and [`SessionCookie::strip`] removes them too.
    pub fn transaction_prefix(&self) -> &str {
        &self.transaction_prefix
    }

    /// The `Set-Cookie` that gives a browser its token.
    #[expect(clippy::expect_used, reason = "name, token and attributes are visible ASCII")]
    pub fn set(&self, token: &SessionToken, max_age: Duration) -> HeaderValue {
        let Self { name, attributes, .. } = self;
        let text = format!("{name}={}{attributes}; Max-Age={}", token.to_text(), max_age.as_secs());
        let mut value = HeaderValue::try_from(text).expect("visible ASCII");
        value.set_sensitive(true);
        value
    }

    /// The `Set-Cookie` that makes a browser forget its token.
    pub fn clear(&self) -> HeaderValue {
        self.cleared.clone()
    }

    /// The `Set-Cookie` of a sign-in transaction: `name` is the whole name, beginning with
    /// [`SessionCookie::transaction_prefix`]; a zero `max_age` removes it. `None` if name or value cannot be a cookie.
    pub fn set_transaction(&self, name: &str, value: &str, max_age: Duration) -> Option<HeaderValue> {
        let octets =
            |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\'));
        let ours = name.starts_with(&self.transaction_prefix) && !name.contains('=');
        if !ours || !octets(name) || !octets(value) {
            return None;
        }
        let mut value =
            HeaderValue::try_from(format!("{name}={value}{}; Max-Age={}", self.attributes, max_age.as_secs())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Reads the session token of a request. Allocates nothing.
    pub fn read(&self, headers: &HeaderMap) -> CookieRead {
        let size: usize = headers.get_all(COOKIE).iter().map(HeaderValue::len).sum();
        if size > JAR_MAX {
            return CookieRead::Refused;
        }
        let mut values = raw_cookies(headers).filter(|(name, _)| *name == self.name.as_bytes());
        match (values.next(), values.next()) {
            (None, _) => CookieRead::Absent,
            (Some((_, Some(value))), None) => {
                SessionToken::from_bytes(value).map_or(CookieRead::Refused, CookieRead::Token)
            }
            _ => CookieRead::Refused,
        }
    }

    pub(super) fn is_ours(&self, name: &[u8]) -> bool {
        name == self.name.as_bytes() || name.starts_with(self.transaction_prefix.as_bytes())
    }
}
