//! Binding sessions to their device (W3C Device Bound Session Credentials): the offer, what browsers send by themselves, and the
//! page of routes that demand it.

use std::time::Duration;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, StatusCode};
use postern_authn::access::Step;
use postern_authn::device_binding::{BindError, Proven, Refresh};
use postern_keystore::{CookieRead, SessionToken};
use postern_model::session::SessionView;
use postern_model::web::Envelope;
use serde_json::json;

use crate::error::PortalError;
use crate::language::Text;
use crate::pages::Notice;
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

/// Response header that offers a binding (DBSC §9.1).
const REGISTRATION: HeaderName = HeaderName::from_static("secure-session-registration");
/// Response header with a challenge (DBSC §9.2).
const CHALLENGE: HeaderName = HeaderName::from_static("secure-session-challenge");
/// Request header with a proof (DBSC §9.3).
const PROOF: HeaderName = HeaderName::from_static("secure-session-response");
/// Request header with the identifier of the session to refresh (DBSC §9.4). Scripts cannot set it.
const SESSION: HeaderName = HeaderName::from_static("sec-secure-session-id");
/// Time after a second factor in which a browser may still be binding the session.
const BINDING: Duration = Duration::from_secs(15);

/// Code of every refused registration. The log has the reason.
const REFUSED: &str = "DEVICE_NOT_BOUND";

impl Portal {
    /// Gives a browser the token of a session, and offers to bind it if a second factor was verified.
    pub(crate) fn with_session(&self, response: Response, token: &SessionToken, view: &SessionView) -> Response {
        let mut response = self.with_session_cookie(response, token, view);
        offer_binding(&mut response, self.binding_offer(view));
        response
    }

    /// Returns the offer to bind a session that a second factor was verified for just now. Browsers without support ignore it.
    pub(crate) fn binding_offer(&self, view: &SessionView) -> Option<HeaderValue> {
        let challenge = self.authn.device_challenge(view)?;
        let path = self.site.path("device/registration");
        let mut offer =
            HeaderValue::try_from(format!("(ES256 RS256);path=\"{path}\";challenge=\"{challenge}\"")).ok()?;
        offer.set_sensitive(true);
        Some(offer)
    }

    /// `POST device/registration`, which browsers send after an offer.
    pub(crate) async fn register_device(&self, request: &Request) -> Result<Response, PortalError> {
        let url = self.site.url("device/registration");
        let (token, proof) = (self.token_of(request), sf_string(&request.headers, &PROOF));
        let (Some(token), Some(proof)) = (token, proof) else {
            tracing::info!(reason = "the request has no session cookie, or no proof", "device not bound");
            return Ok(self.not_bound());
        };
        match self.authn.bind_device((&token, self.host(request)), proof, &url, &request.caller).await {
            Ok(proven) => Ok(self.proven(&proven)),
            Err(BindError::Store(error)) => Err(error.into()),
            Err(reason) => {
                let address = request.caller.address.map(tracing::field::display);
                // Anyone can cause the others, as often as they like.
                match reason {
                    BindError::Bound => tracing::warn!(%reason, client.address = address, "device not bound"),
                    _ => tracing::info!(%reason, client.address = address, "device not bound"),
                }
                Ok(self.not_bound())
            }
        }
    }

    /// `POST device/refresh`, which browsers send when the cookie of the device expires, and before.
    pub(crate) async fn refresh_device(&self, request: &Request) -> Result<Response, PortalError> {
        let url = self.site.url("device/refresh");
        let Some(named) = sf_string(&request.headers, &SESSION) else { return Ok(self.not_bound()) };
        let token = self.token_of(request);
        let proof = sf_string(&request.headers, &PROOF);
        Ok(match self.authn.refresh_device((token.as_ref(), self.host(request)), named, proof, &url).await? {
            Refresh::Proven(proven) => self.proven(&proven),
            Refresh::Challenge(session, challenge) => {
                let error = PortalError::refused(
                    StatusCode::FORBIDDEN,
                    "DEVICE_PROOF_REQUIRED",
                    "Sign the challenge with the key of the device.",
                );
                let mut response = self.json_error(&error);
                let value = HeaderValue::try_from(format!("\"{challenge}\";id=\"{session}\""));
                let value = value.map_err(|error| PortalError::internal("a challenge is no header value", &error))?;
                response.headers_mut().insert(CHALLENGE, value);
                response
            }
            // Browsers give a binding up after most answers from 400 to 499.
            Refresh::Later => self.json_error(&PortalError::refused(
                StatusCode::SERVICE_UNAVAILABLE,
                "DEVICE_PROOF_LATER",
                "The session's cookie was replaced meanwhile. Try again.",
            )),
            Refresh::Ended => self.without_cookie(request, self.not_bound()),
            // The cookie may be that of another session of this browser.
            Refresh::AnotherSession => self.not_bound(),
        })
    }

    /// `GET device`: where a route demands a session that is bound to its device, and this one is not.
    pub(crate) async fn show_device(&self, request: &Request) -> Result<Response, PortalError> {
        let rd = self.named_return(&request.query);
        let onward = rd.clone().unwrap_or_else(|| self.home().as_str().to_owned());
        let shell = self.shell(None);
        let own = rd.as_deref().map_or_else(|| shell.path("device"), |rd| shell.path_returning("device", rd));
        let view = self.complete(request, &own).await?;
        if view.session.device.is_some() {
            return response::see_other(&onward);
        }
        let (shell, again) = (self.shell(Some(&view)), shell.path_returning("verify", &onward));
        let verified = view.session.second_factor.map(|verified| self.authn.now().since(verified.at));
        let heading = Text::new("verify-device-heading");
        if verified.is_some_and(|ago| ago < BINDING) {
            let notice = Notice::new(shell, heading)
                .say(Text::new("verify-device-waiting"))
                .offer(Text::new("verify-device-go-on"), own);
            let mut response = response::page(StatusCode::OK, &notice)?;
            response.headers_mut().insert("refresh", HeaderValue::from_static("2"));
            return Ok(response);
        }
        let notice = Notice::new(shell, heading)
            .say(Text::new("verify-device-why"))
            .say(Text::new("verify-device-cannot"))
            .offer(Text::new("verify-device-confirm"), again);
        self.refusal(StatusCode::FORBIDDEN, notice, Step::BindDevice.code())
    }

    /// Returns the session token of a request, if it has exactly one.
    fn token_of(&self, request: &Request) -> Option<SessionToken> {
        match self.settings.cookie.read(&request.headers) {
            CookieRead::Token(token) => Some(token),
            CookieRead::Absent | CookieRead::Refused | CookieRead::TooLarge => None,
        }
    }

    /// Gives a browser the cookie of its device, and tells it what the cookie is for (DBSC §9.6).
    fn proven(&self, proven: &Proven) -> Response {
        let cookie = &self.settings.cookie;
        let excluded = |page: &str| json!({ "type": "exclude", "domain": "*", "path": self.site.path(page) });
        let body = json!({
            "session_identifier": proven.session.to_string(),
            "refresh_url": self.site.path("device/refresh"),
            "scope": {
                "origin": self.site.origin().as_str(),
                "include_site": false,
                "scope_specification": [excluded("assets"), excluded("jwks.json")],
            },
            "credentials": [{
                "type": "cookie",
                "name": cookie.bound_cookie_name(),
                "attributes": cookie.bound_cookie_attributes(),
            }],
        });
        let response = response::json(StatusCode::OK, &body);
        response::with_cookies(response, [cookie.set_bound(proven.cookie, proven.lifetime)])
    }

    /// The one answer to all that cannot be bound or proven. A browser that gets it gives the binding up.
    fn not_bound(&self) -> Response {
        self.json_error(&PortalError::refused(
            StatusCode::BAD_REQUEST,
            REFUSED,
            "There is no session to bind to this device, or no proof of it.",
        ))
    }

    fn without_cookie(&self, request: &Request, response: Response) -> Response {
        let cookie = &self.settings.cookie;
        let cleared = cookie.has_bound(&request.headers).then(|| cookie.clear_bound());
        response::with_cookies(response, cleared)
    }

    fn json_error(&self, error: &PortalError) -> Response {
        let body = Envelope { now: self.authn.now(), elapsed: Duration::ZERO }.failure(&error.problem());
        let mut response = response::json(error.status(), &body);
        self.refused(error.texts().0).mark(&mut response);
        response
    }
}

/// Adds the offer to bind a session.
pub(crate) fn offer_binding(response: &mut Response, offer: Option<HeaderValue>) {
    if let Some(offer) = offer {
        response.headers_mut().insert(REGISTRATION, offer);
    }
}

/// Takes the offer away: a repeated submission is answered without, since whoever has copied it has a part in the answer.
pub(crate) fn without_offer(mut response: Response) -> Response {
    response.headers_mut().remove(REGISTRATION);
    response
}

/// Returns the string of a header that occurs once (RFC 9651 §3.3.3). Drafts of the protocol sent it without quotes. Strings with
/// escapes are none of ours.
fn sf_string<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    let value = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    let plain = value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    (plain && !value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_read_with_and_without_quotes_and_nothing_else_is() {
        for (values, read) in [
            (&["\"a.b-c_d\""][..], Some("a.b-c_d")),
            (&["a.b"], Some("a.b")),
            (&[], None),
            (&["a", "a"], None),
            (&[""], None),
            (&["\"\""], None),
            (&["\"a"], None),
            (&["a\""], None),
            (&["\"a\\\"b\""], None),
            (&["a b"], None),
            (&["a;b\"c"], None),
        ] {
            let headers: HeaderMap = values.iter().map(|value| (PROOF, HeaderValue::from_static(value))).collect();
            assert_eq!(sf_string(&headers, &PROOF), read, "{values:?}");
        }
    }
}
