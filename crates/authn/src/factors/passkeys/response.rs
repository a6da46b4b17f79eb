//! Responses of browsers, in the JSON form of `PublicKeyCredential.toJSON()` (Web Authentication Level 3, §5.1).

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use crate::factors::FactorError;

/// Most bytes of a response. One with the longest credential identifier and an RSA key has some 6000.
const SIZE_MAX: usize = 12 * 1024;

/// `RegistrationResponseJSON`; members that are not needed are left out.
#[derive(Deserialize)]
struct CreationJson {
    response: AttestationJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttestationJson {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
}

/// `AuthenticationResponseJSON`.
#[derive(Deserialize)]
struct RequestJson {
    id: String,
    response: AssertionJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssertionJson {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    #[serde(default)]
    user_handle: Option<String>,
}

/// Response to a registration.
pub(super) struct CreationResponse {
    pub(super) client_data: Vec<u8>,
    pub(super) attestation_object: Vec<u8>,
}

/// Response to a request for an assertion.
pub(super) struct RequestResponse {
    pub(super) credential: Vec<u8>,
    pub(super) client_data: Vec<u8>,
    pub(super) authenticator_data: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) user_handle: Option<Vec<u8>>,
}

impl CreationResponse {
    /// # Errors
    /// [`FactorError::MissingCode`] for an empty text, [`FactorError::MalformedCode`] for any other text that does not parse.
    pub(super) fn parse(text: &str) -> Result<Self, FactorError> {
        let CreationJson { response } = parse(text)?;
        Ok(Self {
            client_data: decode(&response.client_data)?,
            attestation_object: decode(&response.attestation_object)?,
        })
    }
}

impl RequestResponse {
    /// # Errors
    /// As [`CreationResponse::parse`].
    pub(super) fn parse(text: &str) -> Result<Self, FactorError> {
        let RequestJson { id, response } = parse(text)?;
        Ok(Self {
            credential: decode(&id)?,
            client_data: decode(&response.client_data)?,
            authenticator_data: decode(&response.authenticator_data)?,
            signature: decode(&response.signature)?,
            user_handle: response.user_handle.as_deref().map(decode).transpose()?,
        })
    }
}

fn parse<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, FactorError> {
    match text.len() {
        0 => Err(FactorError::MissingCode),
        1..=SIZE_MAX => serde_json::from_str(text).map_err(|_| FactorError::MalformedCode),
        _ => Err(FactorError::MalformedCode),
    }
}

fn decode(text: &str) -> Result<Vec<u8>, FactorError> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| FactorError::MalformedCode)
}
