//! The NetPilot profile: which paths of the backend are never reached, and the Flask session it is sent.

use http::HeaderValue;
use postern_authn::access::Identity;
use postern_keystore::FlaskSession;
use postern_model::clock::Timestamp;
use serde_json::{Value, json};
use time::macros::format_description;

/// The backend's session cookie.
pub(crate) const LEGACY_COOKIE: &str = "session";

/// Speaks to the unchanged NetPilot backend.
#[derive(Debug)]
pub struct LegacyBridge {
    flask: Option<FlaskSession>,
}

impl LegacyBridge {
    /// Takes the minter of Flask sessions; `None` switches them off.
    pub fn new(flask: Option<FlaskSession>) -> Self {
        Self { flask }
    }

    /// The `session=…` cookie for the upstream.
    pub(crate) fn cookie(&self, identity: Identity<'_>, now: Timestamp) -> Option<HeaderValue> {
        let session = self.flask.as_ref()?.mint(&payload(identity, now), now);
        let mut value = HeaderValue::try_from(format!("{LEGACY_COOKIE}={session}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// Whether a path is never forwarded nor permitted: the backend hands out sessions under `/dev`, and its own sign-in
/// and second factor are the gateway's. Compared without case and without a trailing slash, so that no spelling that
/// some version of the backend accepts gets through.
pub(crate) fn is_withheld(path: &str) -> bool {
    const WHOLE: [&str; 4] = ["login", "authorize", "logout", "me"];
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let (first, second) = (segments.next().unwrap_or_default(), segments.next());
    let is = |segment: &str, name: &str| segment.eq_ignore_ascii_case(name);
    is(first, "dev")
        || (second.is_none() && WHOLE.iter().any(|name| is(first, name)))
        || (is(first, "api") && second.is_some_and(|second| is(second, "2fa")))
}

/// The content of the backend's session (docs/netpilot.md). The time of the second factor is that of minting: the
/// gateway vouches that it counts now, by its own limits, and the backend asks for less than an hour.
fn payload(identity: Identity<'_>, now: Timestamp) -> Value {
    let user = identity.person();
    let name = user.full_name;
    let given = name.and_then(|name| name.split_whitespace().next());
    let mut payload = json!({
        "_permanent": true,
        "user_id": user.id.to_string(),
        "user": { "userinfo": {
            "sub": user.subject,
            "email": user.email,
            "name": name,
            "given_name": given,
            "picture": user.avatar_url,
        }},
    });
    let naive = now.to_utc().and_then(|at| {
        at.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]")).ok()
    });
    if let (Some(members), Some(_), Some(at)) = (payload.as_object_mut(), identity.second_factor(), naive) {
        members.insert("2fa_verified".to_owned(), Value::Bool(true));
        members.insert("2fa_verified_at".to_owned(), Value::String(at));
    }
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_gateway_answers_itself_is_withheld_in_every_spelling() {
        for path in [
            "/dev",
            "/dev/",
            "/dev/create-session/x",
            "/DEV/create-session",
            "/dev//x",
            "/login",
            "/login/",
            "/Logout",
            "/authorize",
            "/me",
            "/api/2fa/verify",
            "/api/2FA",
            "/api//2fa/status",
        ] {
            assert!(is_withheld(path), "{path}");
        }
        for path in [
            "/",
            "/device",
            "/dev.js",
            "/api/dev",
            "/api/settings/me",
            "/menu",
            "/me/x",
            "/login.html",
            "/api",
            "/api/2",
        ] {
            assert!(!is_withheld(path), "{path}");
        }
    }
}
