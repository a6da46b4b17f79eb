//! The Flask session for the unchanged NetPilot backend.

use http::HeaderValue;
use postern_authn::access::Identity;
use postern_keystore::FlaskSession;
use postern_model::clock::Timestamp;
use serde_json::{Value, json};
use time::macros::format_description;

/// The backend's session cookie.
pub(crate) const LEGACY_COOKIE: &str = "session";

/// Makes Flask sessions for the unchanged NetPilot backend.
#[derive(Debug)]
pub struct LegacyBridge {
    flask: Option<FlaskSession>,
}

impl LegacyBridge {
    /// Takes the signer of Flask sessions; `None` switches them off.
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

/// Builds the content of the backend's session (docs/netpilot.md). The time of the second factor is the time of
/// minting: the gateway vouches that the factor is valid now, by its own limits, while the backend requires one less
/// than an hour old.
fn payload(identity: Identity<'_>, now: Timestamp) -> Value {
    let user = identity.person();
    let name = user.full_name;
    let mut payload = json!({
        "_permanent": true,
        "user_id": user.id.to_string(),
        "user": { "userinfo": {
            "sub": user.subject,
            "email": user.email,
            "name": name,
            "given_name": user.given_name(),
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
