//! Giving a browser the short-lived cookie of a session that is bound to its device.

use std::time::Duration;

use http::HeaderValue;
use postern_model::web::Fields;

use super::jar::cookies;
use super::session::SessionCookie;
use crate::device_binding::BoundCookie;

impl SessionCookie {
    /// Returns the name of the cookie with which a device is proven.
    pub fn bound_cookie_name(&self) -> &str {
        self.bound_name()
    }

    /// Returns its attributes without a lifetime, as the browser is told them (DBSC §9.9): `Path=/; HttpOnly; …`.
    pub fn bound_cookie_attributes(&self) -> &str {
        self.host_attributes().trim_start_matches("; ")
    }

    /// Whether a request has the cookie, good or not.
    pub fn has_bound(&self, headers: &impl Fields) -> bool {
        cookies(headers).any(|(name, _)| name == self.bound_name())
    }

    /// Returns the `Set-Cookie` value that gives a browser this proof.
    pub fn set_bound(&self, bound: BoundCookie, max_age: Duration) -> HeaderValue {
        self.bound(&bound.to_text(), max_age)
    }

    /// Returns the `Set-Cookie` value that makes a browser drop its proof.
    pub fn clear_bound(&self) -> HeaderValue {
        self.bound("", Duration::ZERO)
    }

    #[expect(clippy::expect_used, reason = "name, value and attributes are visible ASCII")]
    fn bound(&self, value: &str, max_age: Duration) -> HeaderValue {
        let (name, attributes) = (self.bound_name(), self.host_attributes());
        let text = format!("{name}={value}{attributes}; Max-Age={}", max_age.as_secs());
        let mut value = HeaderValue::try_from(text).expect("visible ASCII");
        value.set_sensitive(true);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cookie::session::CookieRead;
    use crate::testing::{Counter, keyring};
    use crate::token::SessionToken;
    use http::HeaderMap;
    use http::header::COOKIE;
    use postern_model::clock::Timestamp;
    use postern_model::device_binding::DeviceKeyId;

    #[test]
    fn both_cookies_are_read_at_once_in_any_order_and_a_doubled_proof_is_none() {
        let cookie = SessionCookie::new("postern", true).unwrap();
        let session = "00112233-4455-6677-8899-aabbccddeeff".parse().unwrap();
        let bound = keyring(1).bound_cookie(session, DeviceKeyId([7; 32]), Timestamp::from_secs(600));
        let pair = |set: &HeaderValue| set.to_str().unwrap().split(';').next().unwrap().to_owned();
        let set = cookie.set_bound(bound, Duration::from_secs(600));
        assert!(
            set.to_str().unwrap().ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600")
                && set.is_sensitive()
        );
        assert_eq!(cookie.bound_cookie_attributes(), "Path=/; HttpOnly; SameSite=Lax; Secure");
        assert!(cookie.clear_bound().to_str().unwrap().starts_with("__Host-postern-bound=; "));
        let token = SessionToken::draw(&Counter::new(3));
        let (ours, proof) = (format!("__Host-postern={}", token.to_text()), pair(&set));
        let token = CookieRead::Token(token);
        for (line, read, proven) in [
            (format!("{ours}; {proof}"), &token, Some(bound)),
            (format!("a=1; {proof}; b=2; {ours}"), &token, Some(bound)),
            (ours.clone(), &token, None),
            (format!("{ours}; {proof}; {proof}"), &token, None),
            (format!("{ours}; {proof}x"), &token, None),
            (format!("{ours}; __Host-postern-bound"), &token, None),
            (proof.clone(), &CookieRead::Absent, Some(bound)),
        ] {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&line).unwrap())]);
            assert_eq!(cookie.read_both(&headers), (read.clone(), proven), "{line}");
            assert_eq!(cookie.has_bound(&headers), line.contains("-bound="), "{line}");
        }
    }
}
