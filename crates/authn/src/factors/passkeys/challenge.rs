//! Challenges, and the options that a page passes to the browser (Web Authentication Level 3, §5.4 and §5.5, in their JSON
//! form, §5.1.8 and §5.1.9).

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use postern_keystore::SealContext;
use postern_model::enrolment;
use postern_model::entropy::draw;
use postern_model::session::SessionView;
use postern_model::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::PasskeySettings;
use crate::factors::{Change, FactorError};
use crate::service::Authn;
use postern_model::passkey::Passkey;
use postern_webauthn::{ALGORITHMS, Ceremony};

/// Time for which a challenge is accepted: the default of §15.1.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// A ceremony that a page can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyOptions {
    /// Options for `navigator.credentials`, as JSON.
    pub json: String,
    /// The challenge, sealed, which comes back with the response.
    pub challenge: String,
}

/// The kinds of ceremonies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Making a passkey beside the factors that there are.
    Create,
    /// Making the passkey with which a user enrols.
    SetUp,
    /// Using a passkey.
    Get,
}

impl Kind {
    /// Time for which its challenge is accepted. The one of a set-up is as long as the set-up, and within what §15.1 recommends.
    fn lifetime(self) -> Duration {
        match self {
            Self::Create | Self::Get => LIFETIME,
            Self::SetUp => enrolment::LIFETIME,
        }
    }
}

/// A challenge as it is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    #[serde(rename = "c")]
    challenge: String,
    #[serde(rename = "e")]
    expires_at: u64,
    /// The change that is confirmed with it.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    change: Option<String>,
}

impl Authn {
    /// Whether passkeys are switched on.
    pub fn passkeys_enabled(&self) -> bool {
        self.settings.passkeys.is_some()
    }

    pub(super) fn passkey_settings(&self) -> Result<&PasskeySettings, FactorError> {
        self.settings.passkeys.as_ref().ok_or(FactorError::NotEnrolled)
    }

    /// Draws a challenge, for one change if it is to confirm one, and puts the options together.
    pub(super) fn passkey_options(
        &self,
        view: &SessionView,
        kind: Kind,
        change: Option<Change>,
        registered: &[Passkey],
    ) -> Result<PasskeyOptions, FactorError> {
        let settings = self.passkey_settings()?;
        let challenge = BASE64URL_NOPAD.encode(&draw::<32>(self.entropy.as_ref()));
        let known: Vec<Value> = registered
            .iter()
            .map(|passkey| json!({ "type": "public-key", "id": BASE64URL_NOPAD.encode(&passkey.credential) }))
            .collect();
        let verification = if settings.require_verification { "required" } else { "preferred" };
        let timeout = u64::try_from(kind.lifetime().as_millis()).unwrap_or(u64::MAX);
        let options = match kind {
            Kind::Get => json!({
                "challenge": challenge,
                "rpId": settings.relying_party,
                "allowCredentials": known,
                "userVerification": verification,
                "timeout": timeout,
            }),
            Kind::Create | Kind::SetUp => json!({
                "challenge": challenge,
                "rp": { "id": settings.relying_party, "name": settings.name },
                "user": {
                    "id": BASE64URL_NOPAD.encode(view.user.id.0.as_bytes()),
                    "name": view.user.email,
                    "displayName": view.user.full_name.as_deref().unwrap_or(&view.user.email),
                },
                "pubKeyCredParams": ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg })),
                "excludeCredentials": known,
                "authenticatorSelection": { "residentKey": "preferred", "userVerification": verification },
                "attestation": "none",
                "timeout": timeout,
            }),
        };
        let expires_at = self.now().after(kind.lifetime()).unix_time();
        let sealed = serde_json::to_string(&Sealed { challenge, expires_at, change: change.map(Change::label) });
        let sealed = sealed.map_err(|_| FactorError::Secret("a challenge cannot be written"))?;
        let challenge = self.seal(&context(view, kind), &SecretString::from(sealed))?;
        Ok(PasskeyOptions { json: options.to_string(), challenge })
    }

    /// Opens a challenge that was drawn for this session, its present token, this kind of ceremony and this change.
    pub(super) fn open_challenge(
        &self,
        view: &SessionView,
        kind: Kind,
        change: Option<Change>,
        sealed: &str,
    ) -> Result<Vec<u8>, FactorError> {
        let text = self.keyring.open_text(&context(view, kind), sealed).map_err(|_| FactorError::PasskeyExpired)?;
        let read: Sealed = serde_json::from_str(text.expose_secret()).map_err(|_| FactorError::PasskeyExpired)?;
        if read.expires_at <= self.now().unix_time() || read.change != change.map(Change::label) {
            return Err(FactorError::PasskeyExpired);
        }
        BASE64URL_NOPAD.decode(read.challenge.as_bytes()).map_err(|_| FactorError::PasskeyExpired)
    }
}

impl PasskeySettings {
    /// Runs a check of a response against this challenge.
    pub(super) fn ceremony<T>(&self, challenge: &[u8], check: impl FnOnce(&Ceremony<'_>) -> T) -> T {
        check(&Ceremony {
            challenge,
            relying_party: &self.relying_party,
            origins: &[&self.origin],
            require_verification: self.require_verification,
        })
    }
}

fn context(view: &SessionView, kind: Kind) -> SealContext<'_> {
    let token = &view.session.token.0;
    match kind {
        Kind::Create => SealContext::passkey_creation(view.user.id, token),
        Kind::SetUp => SealContext::passkey_set_up(view.user.id, token),
        Kind::Get => SealContext::passkey_request(view.user.id, token),
    }
}
