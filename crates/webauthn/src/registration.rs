//! Registration of a credential (§7.1).

use ciborium::Value;
use ring::digest::{SHA256, digest};

use crate::authenticator_data::{AuthenticatorData, Flags};
use crate::client_data::{self, Kind};
use crate::public_key::PublicKey;
use crate::{Ceremony, Refused, attestation, cbor};

/// `AuthenticatorAttestationResponse`, decoded from base64url.
#[derive(Clone, Copy, Debug)]
pub struct RegistrationResponse<'a> {
    /// `clientDataJSON`.
    pub client_data: &'a [u8],
    /// `attestationObject`.
    pub attestation_object: &'a [u8],
}

/// New credential, to be stored with its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Identifier: 1 to 1023 bytes, unique among all credentials of the relying party.
    pub id: Vec<u8>,
    /// Public key in COSE form.
    pub public_key: Vec<u8>,
    /// Signature counter; 0 if the authenticator has none.
    pub counter: u32,
    /// Model of the authenticator, as it says itself; zero if it does not.
    pub aaguid: [u8; 16],
    /// Flags at registration.
    pub flags: Flags,
}

impl Ceremony<'_> {
    /// Verifies a registration.
    ///
    /// # Errors
    /// The first check that fails. That the identifier is not registered yet is for the store to check.
    pub fn register(&self, response: &RegistrationResponse<'_>) -> Result<Credential, Refused> {
        client_data::check(response.client_data, Kind::Create, self)?;
        let object = cbor::only_item(response.attestation_object).and_then(cbor::Map::of);
        let object = object.ok_or(Refused::AttestationObject)?;
        let format = object.named("fmt").and_then(Value::as_text).ok_or(Refused::AttestationObject)?;
        let statement = object.named("attStmt").ok_or(Refused::AttestationObject)?;
        let raw = object.named("authData").and_then(Value::as_bytes).ok_or(Refused::AttestationObject)?;
        let data = AuthenticatorData::parse(raw)?;
        data.check(self)?;
        let attested = data.attested.ok_or(Refused::AuthenticatorData)?;
        let key = PublicKey::from_cose(attested.public_key)?;
        let signed = [raw.as_slice(), digest(&SHA256, response.client_data).as_ref()].concat();
        attestation::check(format, statement.clone(), &key, &signed)?;
        Ok(Credential {
            id: attested.id.to_vec(),
            public_key: attested.public_key.to_vec(),
            counter: data.counter,
            aaguid: attested.aaguid,
            flags: data.flags,
        })
    }
}
