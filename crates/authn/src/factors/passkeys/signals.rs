//! What pages tell browsers, so that passkey managers stop offering passkeys that do not work here any more (Web Authentication
//! Level 3, §5.1.10).

use data_encoding::BASE64URL_NOPAD;
use postern_model::session::SessionView;
use postern_model::store::StoreError;
use serde_json::json;

use super::PasskeySettings;
use crate::service::Authn;

impl Authn {
    /// Returns the argument of `PublicKeyCredential.signalAllAcceptedCredentials` as JSON: these are all passkeys of the
    /// session's user, also those whose record is damaged otherwise: a browser deletes what is left out. `None` if passkeys are
    /// switched off, as they work again when they are switched on, and if a credential cannot be read.
    pub async fn accepted_passkeys(&self, view: &SessionView) -> Result<Option<String>, StoreError> {
        let Some(settings) = &self.settings.passkeys else { return Ok(None) };
        let credentials = match self.store.credentials(view.user.id).await {
            // It is logged where passkeys are listed.
            Err(StoreError::Corrupt { .. }) => return Ok(None),
            read => read?,
        };
        let accepted: Vec<String> = credentials.iter().map(|credential| BASE64URL_NOPAD.encode(credential)).collect();
        let options = json!({
            "rpId": settings.relying_party,
            "userId": BASE64URL_NOPAD.encode(view.user.id.0.as_bytes()),
            "allAcceptedCredentialIds": accepted,
        });
        Ok(Some(options.to_string()))
    }
}

/// Returns the argument of `PublicKeyCredential.signalUnknownCredential` as JSON.
pub(super) fn unknown(settings: &PasskeySettings, credential: &[u8]) -> String {
    json!({ "rpId": settings.relying_party, "credentialId": BASE64URL_NOPAD.encode(credential) }).to_string()
}
