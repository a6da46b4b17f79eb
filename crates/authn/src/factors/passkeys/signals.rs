//! What pages tell browsers, so that passkey managers stop offering passkeys that do not work here any more (Web Authentication
//! Level 3, §5.1.10).

use data_encoding::BASE64URL_NOPAD;
use postern_model::passkey::Passkey;
use postern_model::session::SessionView;
use serde_json::json;

use super::PasskeySettings;
use crate::service::Authn;

impl Authn {
    /// Returns the argument of `PublicKeyCredential.signalAllAcceptedCredentials` as JSON: these are all passkeys of the
    /// session's user. `None` if passkeys are switched off: they work again when they are switched on.
    pub fn accepted_passkeys(&self, view: &SessionView, passkeys: &[Passkey]) -> Option<String> {
        let settings = self.settings.passkeys.as_ref()?;
        let accepted: Vec<String> =
            passkeys.iter().map(|passkey| BASE64URL_NOPAD.encode(&passkey.credential)).collect();
        let options = json!({
            "rpId": settings.relying_party,
            "userId": BASE64URL_NOPAD.encode(view.user.id.0.as_bytes()),
            "allAcceptedCredentialIds": accepted,
        });
        Some(options.to_string())
    }
}

/// Returns the argument of `PublicKeyCredential.signalUnknownCredential` as JSON.
pub(super) fn unknown(settings: &PasskeySettings, credential: &[u8]) -> String {
    json!({ "rpId": settings.relying_party, "credentialId": BASE64URL_NOPAD.encode(credential) }).to_string()
}
