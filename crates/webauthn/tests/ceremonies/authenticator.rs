//! An authenticator in software, which can be told to do one thing wrong.

use ciborium::{Value, cbor};
use data_encoding::BASE64URL_NOPAD;
use postern_webauthn::{Asserted, AssertionResponse, Ceremony, Credential, Refused, Registered, RegistrationResponse};
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair};

pub(crate) const CHALLENGE: [u8; 32] = [7; 32];
pub(crate) const ORIGIN: &str = "https://example.com";
pub(crate) const HANDLE: &[u8] = b"user one";
/// UP, UV.
pub(crate) const FLAGS: u8 = 0b0000_0101;
pub(crate) const ATTESTED: u8 = 0b0100_0000;

pub(crate) fn ceremony() -> Ceremony<'static> {
    Ceremony {
        challenge: &CHALLENGE,
        relying_party: "example.com",
        origins: &[ORIGIN, "https://second.example.com"],
        require_verification: true,
    }
}

pub(crate) fn client_data(kind: &str) -> Vec<u8> {
    let challenge = BASE64URL_NOPAD.encode(&CHALLENGE);
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{ORIGIN}","crossOrigin":false}}"#).into_bytes()
}

pub(crate) fn cbor_bytes(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

pub(crate) fn key_pair() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap()
}

pub(crate) fn public_key() -> Vec<u8> {
    let x = Value::Bytes(key_pair().public_key().as_ref().to_vec());
    cbor_bytes(&cbor!({ 1 => 1, 3 => -8, -1 => 6, -2 => x }).unwrap())
}

/// Authenticator data up to the counter.
pub(crate) fn header(relying_party: &str, flags: u8, counter: u32) -> Vec<u8> {
    [digest(&SHA256, relying_party.as_bytes()).as_ref(), &[flags], &counter.to_be_bytes()].concat()
}

/// Attested credential data.
pub(crate) fn attested(id: &[u8], key: &[u8]) -> Vec<u8> {
    let length = u16::try_from(id.len()).unwrap().to_be_bytes();
    [&[0xaa; 16][..], &length, id, key].concat()
}

/// The authenticator data of a registration.
pub(crate) fn new_credential() -> Vec<u8> {
    [header("example.com", FLAGS | ATTESTED, 0), attested(b"credential", &public_key())].concat()
}

pub(crate) fn attestation_object(data: Vec<u8>) -> Vec<u8> {
    cbor_bytes(&cbor!({ "fmt" => "none", "attStmt" => {}, "authData" => Value::Bytes(data) }).unwrap())
}

pub(crate) fn register(client_data: &[u8], attestation_object: &[u8]) -> Result<Credential, Refused> {
    ceremony().register(&RegistrationResponse { client_data, attestation_object })
}

/// Signs these authenticator data, and has the assertion checked against a credential with this counter.
pub(crate) fn assert_with(
    client_data: &[u8],
    data: &[u8],
    counter: u32,
    user_handle: Option<&[u8]>,
) -> Result<Asserted, Refused> {
    let signed = [data, digest(&SHA256, client_data).as_ref()].concat();
    let signature = key_pair().sign(&signed);
    let response =
        AssertionResponse { client_data, authenticator_data: data, signature: signature.as_ref(), user_handle };
    let key = public_key();
    let registered = Registered { public_key: &key, counter, backup_eligible: false, user_handle: HANDLE };
    ceremony().assert(&response, &registered)
}
