//! The short-lived cookie of a bound session: a time of expiry, and a message authentication code over it, the session and
//! the key. Whoever has none cannot use the session, whatever other cookies they have.

use std::time::Duration;

use postern_model::clock::Timestamp;
use postern_model::device_binding::DeviceKeyId;
use postern_model::id::SessionId;

use crate::encoding::{base64url, from_base64url_exact};
use crate::keyring::{Keyring, Purpose};

/// Contents of the cookie, as a browser sent them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BoundCookie {
    /// Whole seconds since 1970.
    until: i64,
    tag: [u8; 32],
}

/// Proof that the browser of a request held the key of its session's device some minutes ago. Only
/// [`Keyring::prove_device`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvenDevice {
    session: SessionId,
    key: DeviceKeyId,
    until: Timestamp,
}

/// Reason why the cookie proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoundCookieRefused {
    /// Made for another session or key, or not by this gateway.
    #[error("the cookie of the device is not one of this session")]
    Foreign,
    /// Its time is over.
    #[error("the cookie of the device has expired")]
    Expired,
}

impl BoundCookie {
    /// Parses the text form. Allocates nothing.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let dot = text.iter().position(|byte| *byte == b'.')?;
        let (until, tag) = (text.get(..dot)?, text.get(dot + 1..)?);
        let digits = until.len() <= 12 && until.iter().all(u8::is_ascii_digit);
        let until = std::str::from_utf8(until).ok().filter(|_| digits)?.parse().ok()?;
        Some(Self { until, tag: from_base64url_exact(tag)? })
    }

    /// Returns the text form.
    pub(crate) fn to_text(self) -> String {
        format!("{}.{}", self.until, base64url(&self.tag))
    }
}

impl std::fmt::Debug for BoundCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BoundCookie(until {})", self.until)
    }
}

impl ProvenDevice {
    /// Returns a proof that lasts longer by this time, for a request that was permitted with this one and is still under way.
    #[must_use]
    pub fn held_for(self, longer: Duration) -> Self {
        Self { until: self.until.after(longer), ..self }
    }

    /// Whether it is a proof for this session and key at this time.
    pub fn proves(&self, session: SessionId, key: DeviceKeyId, now: Timestamp) -> bool {
        self.session == session && self.key == key && now < self.until
    }
}

impl Keyring {
    /// Makes the cookie of a session and its key, good until a time.
    pub fn bound_cookie(&self, session: SessionId, key: DeviceKeyId, until: Timestamp) -> BoundCookie {
        let until = until.as_secs();
        BoundCookie { until, tag: self.mac(Purpose::BoundCookie, &parts(&session, &key, &until.to_be_bytes())) }
    }

    /// Checks the cookie of a session and its key; one that was made under an older key of the keyring is good too.
    ///
    /// # Errors
    /// [`BoundCookieRefused`].
    pub fn prove_device(
        &self,
        cookie: &BoundCookie,
        session: SessionId,
        key: DeviceKeyId,
        now: Timestamp,
    ) -> Result<ProvenDevice, BoundCookieRefused> {
        let until = Timestamp::from_secs(cookie.until);
        // What is over need not be looked at more closely.
        if now >= until {
            return Err(BoundCookieRefused::Expired);
        }
        match self.mac_matches(Purpose::BoundCookie, &parts(&session, &key, &cookie.until.to_be_bytes()), &cookie.tag) {
            true => Ok(ProvenDevice { session, key, until }),
            false => Err(BoundCookieRefused::Foreign),
        }
    }
}

fn parts<'p>(session: &'p SessionId, key: &'p DeviceKeyId, until: &'p [u8; 8]) -> [&'p [u8]; 3] {
    [session.0.as_bytes(), &key.0, until]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keyring, master};

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);
    const MINUTE: Duration = Duration::from_secs(60);
    const KEY: DeviceKeyId = DeviceKeyId([7; 32]);

    fn session(text: &str) -> SessionId {
        text.parse().unwrap()
    }

    #[test]
    fn a_cookie_reads_back_and_proves_its_session_s_key_until_its_time() {
        let (one, two) =
            (session("00112233-4455-6677-8899-aabbccddeeff"), session("00112233-4455-6677-8899-aabbccddeefe"));
        let keys = keyring(1);
        let cookie = keys.bound_cookie(one, KEY, NOW.after(MINUTE));
        let cookie = BoundCookie::parse(cookie.to_text().as_bytes()).unwrap();
        let proven = keys.prove_device(&cookie, one, KEY, NOW).unwrap();
        assert!(proven.proves(one, KEY, NOW) && !proven.proves(one, KEY, NOW.after(MINUTE)));
        assert!(!proven.proves(two, KEY, NOW) && !proven.proves(one, DeviceKeyId([8; 32]), NOW));
        assert!(proven.held_for(MINUTE).proves(one, KEY, NOW.after(MINUTE)));

        let refused = |keys: &Keyring, session, key, at| keys.prove_device(&cookie, session, key, at).err();
        let foreign = Some(BoundCookieRefused::Foreign);
        assert_eq!(refused(&keys, one, KEY, NOW.after(MINUTE)), Some(BoundCookieRefused::Expired));
        assert_eq!(refused(&keys, two, KEY, NOW), foreign);
        assert_eq!(refused(&keys, one, DeviceKeyId([8; 32]), NOW), foreign);
        assert_eq!(refused(&keyring(2), one, KEY, NOW), foreign);
        assert_eq!(refused(&Keyring::new(master(2), vec![master(1)]), one, KEY, NOW), None);
        let longer = BoundCookie { until: cookie.until + 1, ..cookie };
        assert_eq!(keys.prove_device(&longer, one, KEY, NOW), Err(BoundCookieRefused::Foreign));
    }

    #[test]
    fn a_cookie_has_one_spelling_and_debug_shows_no_tag() {
        let cookie = keyring(1).bound_cookie(session("00112233-4455-6677-8899-aabbccddeeff"), KEY, NOW);
        let text = cookie.to_text();
        let (until, tag) = text.split_once('.').unwrap();
        assert!(!format!("{cookie:?}").contains(tag));
        for wrong in [
            String::new(),
            ".".to_owned(),
            until.to_owned(),
            format!(".{tag}"),
            format!("+{text}"),
            format!("-{text}"),
            format!(" {text}"),
            format!("9999999999999.{tag}"),
            format!("{until}.{tag}="),
            format!("{until}.{}", &tag[1..]),
            format!("{text}.x"),
        ] {
            assert_eq!(BoundCookie::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
