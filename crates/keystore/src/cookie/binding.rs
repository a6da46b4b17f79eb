//! The cookie that binds a hand-over to a browser.

use std::time::Duration;

use http::HeaderValue;
use postern_model::clock::Timestamp;
use postern_model::entropy::{Entropy, draw};
use postern_model::session::TokenHash;
use postern_model::web::Fields;
use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use super::jar::cookies;
use super::session::SessionCookie;
use crate::encoding::{base64url, from_base64url_exact};

/// Lifetime of the cookie in the browser. A sign-in may happen between the start and the end of a hand-over, but begins
/// another one.
const LIFETIME: Duration = Duration::from_secs(300);
/// Window in which hand-overs are counted.
const WINDOW: Duration = Duration::from_secs(60);
/// Number of completed hand-overs in [`WINDOW`] from which on they are a loop: the browser keeps this cookie, but not
/// the session cookie.
const MOST: u32 = 6;

/// Secret of one browser at one host, with the number of hand-overs that it completed there recently.
#[derive(Clone, PartialEq, Eq)]
pub struct Binding {
    secret: Zeroizing<[u8; 32]>,
    since: u64,
    completed: u32,
}

impl Binding {
    /// Draws a fresh binding.
    pub fn draw(entropy: &dyn Entropy, now: Timestamp) -> Self {
        Self { secret: Zeroizing::new(draw(entropy)), since: seconds(now), completed: 0 }
    }

    /// Returns SHA-256 of the secret, the form that the other host and the store know.
    pub fn hash(&self) -> TokenHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, self.secret.as_slice()).as_ref());
        TokenHash(hash)
    }

    /// Counts a completed hand-over.
    #[must_use]
    pub fn completed(self, now: Timestamp) -> Self {
        let this = self.counted_at(now);
        Self { completed: this.completed + 1, ..this }
    }

    /// Whether so many hand-overs were completed recently that the browser evidently does not keep the session cookie.
    pub fn loops(&self, now: Timestamp) -> bool {
        self.clone().counted_at(now).completed >= MOST
    }

    /// Restarts the count when the window is over.
    fn counted_at(self, now: Timestamp) -> Self {
        let now = seconds(now);
        let over = now.checked_sub(self.since).is_none_or(|age| age >= WINDOW.as_secs());
        if over { Self { since: now, completed: 0, ..self } } else { self }
    }

    fn to_text(&self) -> String {
        format!("{}.{}.{}", base64url(self.secret.as_slice()), self.since, self.completed)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let secret = from_base64url_exact(parts.next()?.as_bytes())?;
        let (since, completed) = (parts.next()?.parse().ok()?, parts.next()?.parse::<u32>().ok()?);
        Some(Self { secret: Zeroizing::new(secret), since, completed: completed.min(MOST) })
    }
}

impl std::fmt::Debug for Binding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Binding(..)")
    }
}

impl SessionCookie {
    /// Reads the binding of a browser. `None` if it is missing or malformed, or if there are several, since one may be
    /// planted.
    pub fn binding(&self, headers: &impl Fields) -> Option<Binding> {
        let mut found = cookies(headers).filter(|(name, _)| *name == self.binding_name());
        let (_, value) = found.next()?;
        if found.next().is_some() { None } else { Binding::parse(value) }
    }

    /// Returns the `Set-Cookie` value that gives a browser its binding.
    #[expect(clippy::expect_used, reason = "name, value and attributes are visible ASCII")]
    pub fn set_binding(&self, binding: &Binding) -> HeaderValue {
        let (name, attributes) = (self.binding_name(), self.host_attributes());
        let text = format!("{name}={}{attributes}; Max-Age={}", binding.to_text(), LIFETIME.as_secs());
        let mut value = HeaderValue::try_from(text).expect("visible ASCII");
        value.set_sensitive(true);
        value
    }
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_micros() / 1_000_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counter;
    use http::HeaderMap;
    use http::header::COOKIE;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn jar(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, HeaderValue::from_str(line).unwrap())).collect()
    }

    #[test]
    fn a_binding_reads_back_and_is_of_one_host() {
        let cookie = SessionCookie::new("postern", true).unwrap();
        let binding = Binding::draw(&Counter::new(3), NOW);
        let set = cookie.set_binding(&binding).to_str().unwrap().to_owned();
        assert!(set.starts_with("__Host-postern-hand-over="), "{set}");
        assert!(set.ends_with(".1000.0; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=300"), "{set}");
        let pair = set.split(';').next().unwrap();
        assert_eq!(cookie.binding(&jar(&[pair])), Some(binding));
        for bad in ["__Host-postern-hand-over=x", "__Host-postern-hand-over=", &format!("{pair}; {pair}"), "a=b"] {
            assert_eq!(cookie.binding(&jar(&[bad])), None, "{bad}");
        }
    }

    #[test]
    fn many_hand_overs_in_a_minute_are_a_loop() {
        let mut binding = Binding::draw(&Counter::new(3), NOW);
        for _ in 0..MOST {
            assert!(!binding.loops(NOW));
            binding = binding.completed(NOW);
        }
        assert!(binding.loops(NOW));
        assert!(!binding.loops(NOW.after(WINDOW)));
        assert!(!binding.completed(NOW.after(WINDOW)).loops(NOW.after(WINDOW)));
    }
}
