//! Hands a session over to another host of the gateway (docs/hosts.md).
//!
//! The three steps share one path, `hand-over`. The other host binds the browser and requests a code (`rd`); the public
//! host, which has the session, makes the code (`rd` and `binding`); the other host exchanges it for a separate cookie
//! (`code`).

use http::StatusCode;
use postern_authn::HandedOver;
use postern_authn::access::Step;
use postern_model::hand_over::HandOverRefused;
use postern_model::session::TokenHash;
use postern_model::web::{Origin, is_navigation};

use crate::error::PortalError;
use crate::language::Text;
use crate::pages::Notice;
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};
use crate::session::SessionLookup;

/// Route of all three steps.
const PAGE: &str = "hand-over";

impl Portal {
    /// `GET hand-over`.
    pub(crate) async fn hand_over(&self, request: &Request) -> Result<Response, PortalError> {
        if self.settings.cookie.is_shared() || !self.site.has_other_hosts() {
            return Err(PortalError::NotFound);
        }
        if !is_navigation(&request.method, &request.headers) {
            return Err(self.step(Step::SignIn, self.home().as_str()));
        }
        match &request.other_host {
            None => self.make_code(request).await,
            Some(host) if request.query.get("code").is_some() => self.redeem_code(request, host).await,
            Some(host) => self.begin_hand_over(request, host),
        }
    }

    /// Returns the destination: the URL itself, or the hand-over to its host, which then redirects to the URL.
    pub(crate) fn hand_over_first(&self, onward: &str) -> String {
        match self.site.other_host_of(onward) {
            Some(host) if !self.settings.cookie.is_shared() => {
                let rd = query(&[("rd", onward)]);
                format!("{host}{}?{rd}", self.site.path(PAGE))
            }
            _ => onward.to_owned(),
        }
    }

    /// Handles the first step, at the other host: binds the browser, and redirects it to the public host.
    fn begin_hand_over(&self, request: &Request, host: &Origin) -> Result<Response, PortalError> {
        let now = self.authn.now();
        let cookie = &self.settings.cookie;
        let binding = match cookie.binding(&request.headers) {
            Some(binding) if binding.loops(now) => {
                tracing::warn!(host = host.authority(), "hand-over refused: the browser keeps no session cookie");
                return self.cookies_blocked(host, "HAND_OVER_LOOPS");
            }
            // An existing binding is kept, so that several tabs can run a hand-over at once.
            Some(binding) => binding,
            None => self.authn.draw_binding(),
        };
        let rd = request.query.get("rd").and_then(|rd| self.site.return_url_at(host, rd));
        let rd = rd.map_or_else(|| format!("{host}/"), |rd| rd.as_str().to_owned());
        let query = query(&[("rd", &rd), ("binding", &to_text(&binding.hash()))]);
        let location = format!("{}?{query}", self.site.url(PAGE));
        Ok(response::with_cookies(response::see_other(&location)?, [cookie.set_binding(&binding)]))
    }

    /// Handles the second step, at the public host: makes the code, after a sign-in if there is no session.
    async fn make_code(&self, request: &Request) -> Result<Response, PortalError> {
        let rd = self.return_url(&request.query);
        let host = rd.as_ref().and_then(|rd| self.site.other_host_of(rd.as_str()));
        let binding = request.query.unique("binding").and_then(from_text);
        let (Some(rd), Some(host), Some(binding)) = (rd, host, binding) else {
            return self.refused_hand_over(HandOverRefused::Malformed, self.home().as_str());
        };
        let view = match self.lookup_session(request).await? {
            SessionLookup::Active(view) => view,
            SessionLookup::InvalidCookie => return Err(PortalError::CookieRefused),
            SessionLookup::CookiesTooLarge => return Err(PortalError::CookiesTooLarge),
            SessionLookup::Absent | SessionLookup::Ended => return Err(self.step(Step::SignIn, rd.as_str())),
        };
        match self.authn.begin_hand_over(&view, host.host(), binding, rd.as_str()).await? {
            Some(code) => response::see_other(&format!("{host}{}?{}", self.site.path(PAGE), query(&[("code", &code)]))),
            None => Err(self.step(Step::SignIn, rd.as_str())),
        }
    }

    /// Handles the third step, at the other host: exchanges the code for a cookie.
    async fn redeem_code(&self, request: &Request, host: &Origin) -> Result<Response, PortalError> {
        let binding = self.settings.cookie.binding(&request.headers);
        let code = request.query.unique("code").unwrap_or_default();
        let HandedOver { token, view, return_url } =
            match self.authn.redeem_hand_over(code, host.host(), binding.as_ref()).await? {
                Ok(handed_over) => handed_over,
                Err(HandOverRefused::NoBinding) => {
                    tracing::warn!(host = host.authority(), reason = %HandOverRefused::NoBinding, "hand-over refused");
                    return self.cookies_blocked(host, "HAND_OVER_NO_BINDING");
                }
                Err(refused) => return self.refused_hand_over(refused, "/"),
            };
        let now = self.authn.now();
        let binding = binding.map(|binding| self.settings.cookie.set_binding(&binding.completed(now)));
        let cookies = std::iter::once(self.session_cookie(&token, &view)).chain(binding);
        Ok(response::with_cookies(response::see_other(&return_url)?, cookies))
    }

    fn refused_hand_over(&self, refused: HandOverRefused, again: &str) -> Result<Response, PortalError> {
        tracing::warn!(reason = %refused, "hand-over refused");
        let (code, text) = match refused {
            HandOverRefused::Malformed => ("HAND_OVER_MALFORMED", "handover-malformed"),
            HandOverRefused::Unknown => ("HAND_OVER_UNKNOWN", "handover-unknown"),
            HandOverRefused::Used => ("HAND_OVER_USED", "handover-used"),
            HandOverRefused::Expired => ("HAND_OVER_EXPIRED", "handover-expired"),
            HandOverRefused::OtherHost => ("HAND_OVER_OTHER_HOST", "handover-other-host"),
            HandOverRefused::NoBinding => ("HAND_OVER_NO_BINDING", "handover-no-binding"),
            HandOverRefused::OtherBrowser => ("HAND_OVER_OTHER_BROWSER", "handover-other-browser"),
            HandOverRefused::SessionChanged => ("HAND_OVER_SESSION_CHANGED", "handover-session-changed"),
        };
        let notice = Notice::new(self.shell(None), Text::new("handover-heading"))
            .say(Text::new(text))
            .say(Text::new("handover-what-now"))
            .offer(Text::new("handover-again"), again);
        self.refusal(StatusCode::BAD_REQUEST, notice, code)
    }

    /// Explains that the browser keeps no cookies of a host. The page does not continue by itself, since that would
    /// loop.
    fn cookies_blocked(&self, host: &Origin, code: &'static str) -> Result<Response, PortalError> {
        let host = host.authority();
        let notice = Notice::new(self.shell(None), Text::new("handover-no-cookies-heading"))
            .say(Text::new("handover-no-cookies").with("host", host))
            .say(Text::new("handover-allow-cookies").with("host", host))
            .offer(Text::new("handover-again"), "/");
        self.refusal(StatusCode::BAD_REQUEST, notice, code)
    }
}

fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Writes a hash as lower-case hexadecimal digits.
fn to_text(hash: &TokenHash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Parses lower-case hexadecimal digits into a hash.
fn from_text(text: &str) -> Option<TokenHash> {
    if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut hash = [0; 32];
    for (index, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(TokenHash(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_64_lower_case_digits() {
        let hash = TokenHash(std::array::from_fn(|index| index as u8 * 8 + 1));
        let text = to_text(&hash);
        assert_eq!(from_text(&text), Some(hash));
        for other in [&text[1..], &format!("{text}0"), &text.to_uppercase(), &format!("{}g", &text[..63]), ""] {
            assert_eq!(from_text(other), None, "{other}");
        }
    }
}
