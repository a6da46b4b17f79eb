//! The cookie of a trusted device. Each user of a browser has one of their own, so that two who share it do not take the trust
//! from one another.
//!
//! It is sent to the gateway's own pages only, so that no application gets it, whatever a proxy forwards. That takes a `Path`,
//! with which a name cannot begin with `__Host-` (RFC 6265bis §4.1.3.2): another host of the domain can plant a cookie of
//! this name, which then counts as no cookie.

use std::time::Duration;

use http::HeaderValue;
use postern_model::entropy::Entropy;
use postern_model::id::{TrustedDeviceId, UserId};
use postern_model::web::Fields;
use ring::digest::{SHA256, digest};

use super::jar::cookies;
use super::session::SessionCookie;
use crate::encoding::hex;
use crate::token::SessionToken;

/// Maximum number of users of a browser whose cookies are kept.
const USERS_MAX: usize = 5;

/// Identifier and secret of a trusted device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSecret {
    /// The device.
    pub device: TrustedDeviceId,
    /// Its secret.
    pub secret: SessionToken,
}

impl DeviceSecret {
    /// Draws those of a new device.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self { device: TrustedDeviceId::draw(entropy), secret: SessionToken::draw(entropy) }
    }

    /// Returns the text form: the identifier, a dot, and the secret.
    pub fn to_text(&self) -> String {
        format!("{}.{}", self.device.0.simple(), self.secret.to_text())
    }

    /// Parses the text form.
    pub fn parse(text: &str) -> Option<Self> {
        let (device, secret) = text.split_once('.')?;
        Some(Self { device: device.parse().ok()?, secret: SessionToken::parse(secret)? })
    }
}

impl SessionCookie {
    /// Reads the secret of this user's trusted device. `None` if the cookie is missing or malformed, or if there are several,
    /// since one may be planted.
    pub fn device(&self, headers: &impl Fields, user: UserId) -> Option<DeviceSecret> {
        let name = self.device_name(user);
        let mut found = cookies(headers).filter(|(found, _)| *found == name);
        let (_, value) = found.next()?;
        if found.next().is_some() { None } else { DeviceSecret::parse(value) }
    }

    /// Whether the browser has the secret of any user's trusted device.
    pub fn has_device(&self, headers: &impl Fields) -> bool {
        cookies(headers).any(|(name, _)| self.is_device(name))
    }

    /// Returns the `Set-Cookie` value that gives a browser the secret of this user's device. `pages` is the path of the
    /// gateway's pages (`/postern`).
    pub fn set_device(&self, pages: &str, user: UserId, secret: &DeviceSecret, max_age: Duration) -> HeaderValue {
        self.device_cookie(pages, &self.device_name(user), &secret.to_text(), max_age)
    }

    /// Returns the `Set-Cookie` value that makes a browser drop the secret of this user's device.
    pub fn clear_device(&self, pages: &str, user: UserId) -> HeaderValue {
        self.device_cookie(pages, &self.device_name(user), "", Duration::ZERO)
    }

    /// Returns the `Set-Cookie` values that make room for this user's cookie: they drop those of the users who trusted this
    /// browser first, so that its cookies do not grow with the number of its users.
    pub fn make_room_for_device(&self, pages: &str, headers: &impl Fields, user: UserId) -> Vec<HeaderValue> {
        let own = self.device_name(user);
        let others: Vec<&str> =
            cookies(headers).map(|(name, _)| name).filter(|name| self.is_device(name) && *name != own).collect();
        // Browsers send the oldest first (RFC 6265 §5.4).
        let surplus = (others.len() + 1).saturating_sub(USERS_MAX);
        others.into_iter().take(surplus).map(|name| self.device_cookie(pages, name, "", Duration::ZERO)).collect()
    }

    /// Whether a name is one that [`SessionCookie::device_name`] makes, so that it can stand in a header.
    fn is_device(&self, name: &str) -> bool {
        let tag = name.strip_prefix(self.device_prefix());
        tag.is_some_and(|tag| !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }

    fn device_name(&self, user: UserId) -> String {
        let digest = digest(&SHA256, user.0.as_bytes());
        let tag: String = hex(digest.as_ref()).chars().take(12).collect();
        format!("{}{tag}", self.device_prefix())
    }

    #[expect(clippy::expect_used, reason = "name, value and attributes are visible ASCII")]
    fn device_cookie(&self, pages: &str, name: &str, value: &str, max_age: Duration) -> HeaderValue {
        let secure = if self.is_https() { "; Secure" } else { "" };
        let age = max_age.as_secs();
        let text = format!("{name}={value}; Path={pages}; HttpOnly; SameSite=Lax{secure}; Max-Age={age}");
        let mut value = HeaderValue::try_from(text).expect("visible ASCII");
        value.set_sensitive(true);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counter;
    use http::HeaderMap;
    use http::header::COOKIE;

    const PAGES: &str = "/postern";

    fn user(number: u8) -> UserId {
        format!("6f9c2f0e-0000-4000-8000-0000000000{number:02}").parse().unwrap()
    }

    fn jar(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(line).unwrap())])
    }

    fn pair(set: &HeaderValue) -> String {
        set.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    #[test]
    fn a_secret_reads_back_for_its_user_and_is_sent_to_the_gateway_s_pages_only() {
        let cookie = SessionCookie::new("postern", true).unwrap();
        let secret = DeviceSecret::draw(&Counter::new(3));
        let set = cookie.set_device(PAGES, user(1), &secret, Duration::from_secs(60));
        let text = set.to_str().unwrap();
        assert!(text.starts_with("__Secure-postern-device-"), "{text}");
        assert!(text.ends_with("; Path=/postern; HttpOnly; SameSite=Lax; Secure; Max-Age=60"), "{text}");
        assert!(!format!("{set:?}{secret:?}").contains(&secret.secret.to_text()));
        let pair = pair(&set);
        assert_eq!(cookie.device(&jar(&pair), user(1)), Some(secret));
        assert_eq!(cookie.device(&jar(&pair), user(2)), None);
        let name = pair.split('=').next().unwrap();
        for bad in [format!("{name}="), format!("{name}=x.y"), format!("{pair}; {pair}"), format!("{name}=.")] {
            assert_eq!(cookie.device(&jar(&bad), user(1)), None, "{bad}");
        }
        assert!(cookie.clear_device(PAGES, user(1)).to_str().unwrap().ends_with("; Max-Age=0"));
    }

    #[test]
    fn the_cookies_of_a_browser_do_not_grow_with_its_users() {
        let cookie = SessionCookie::new("postern", true).unwrap();
        let secret = DeviceSecret::draw(&Counter::new(3));
        let users: Vec<UserId> = (1..=7).map(user).collect();
        let all = users.iter().map(|user| pair(&cookie.set_device(PAGES, *user, &secret, Duration::from_secs(60))));
        let all = all.collect::<Vec<_>>().join("; ");
        let dropped =
            cookie.make_room_for_device(PAGES, &jar(&format!("{all}; __Secure-postern-device-é=x")), users[6]);
        assert_eq!(dropped, [cookie.clear_device(PAGES, users[0]), cookie.clear_device(PAGES, users[1])]);
        assert!(cookie.has_device(&jar(&all)) && !cookie.has_device(&jar("a=b")));
        assert_eq!(cookie.make_room_for_device(PAGES, &jar("a=b"), user(1)), Vec::<HeaderValue>::new());
    }
}
