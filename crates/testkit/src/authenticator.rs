//! An authenticator in software: makes a passkey and asserts it, as a browser would pass it on.

use ciborium::{Value, cbor};
use data_encoding::BASE64URL_NOPAD;
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair};

/// UP and UV (Web Authentication Level 3, §6.1).
const FLAGS: u8 = 0b0000_0101;
const ATTESTED: u8 = 0b0100_0000;

/// An authenticator with one credential.
pub struct Authenticator {
    key: Ed25519KeyPair,
    id: Vec<u8>,
    /// Signature counter of the next response.
    pub counter: u32,
    /// Origin of the page.
    pub origin: String,
}

impl Authenticator {
    /// Makes an authenticator for a page of this origin; another seed makes another credential.
    #[expect(clippy::unwrap_used, reason = "for tests")]
    pub fn new(origin: &str, seed: u8) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        Self { key, id: vec![seed; 16], counter: 0, origin: origin.to_owned() }
    }

    /// Runs `navigator.credentials.create` with these options.
    #[expect(clippy::unwrap_used, reason = "for tests")]
    pub fn create(&self, options: &str) -> String {
        let options: serde_json::Value = serde_json::from_str(options).unwrap();
        let relying_party = options.pointer("/rp/id").unwrap().as_str().unwrap();
        let x = Value::Bytes(self.key.public_key().as_ref().to_vec());
        let key = encoded(&cbor!({ 1 => 1, 3 => -8, -1 => 6, -2 => x }).unwrap());
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let data =
            [self.header(relying_party, FLAGS | ATTESTED).as_slice(), &[0; 16], &length, &self.id, &key].concat();
        let object = cbor!({ "fmt" => "none", "attStmt" => {}, "authData" => Value::Bytes(data) }).unwrap();
        let response = serde_json::json!({
            "clientDataJSON": base64(&self.client_data("webauthn.create", &options)),
            "attestationObject": base64(&encoded(&object)),
        });
        serde_json::json!({ "id": base64(&self.id), "type": "public-key", "response": response }).to_string()
    }

    /// Runs `navigator.credentials.get` with these options.
    #[expect(clippy::unwrap_used, reason = "for tests")]
    pub fn get(&self, options: &str) -> String {
        let options: serde_json::Value = serde_json::from_str(options).unwrap();
        let client_data = self.client_data("webauthn.get", &options);
        let data = self.header(options.pointer("/rpId").unwrap().as_str().unwrap(), FLAGS);
        let signature = self.sign(&client_data, &data);
        let response = serde_json::json!({
            "clientDataJSON": base64(&client_data),
            "authenticatorData": base64(&data),
            "signature": base64(&signature),
        });
        serde_json::json!({ "id": base64(&self.id), "type": "public-key", "response": response }).to_string()
    }

    /// Signs client data and authenticator data.
    pub fn sign(&self, client_data: &[u8], data: &[u8]) -> Vec<u8> {
        let signed = [data, digest(&SHA256, client_data).as_ref()].concat();
        self.key.sign(&signed).as_ref().to_vec()
    }

    fn header(&self, relying_party: &str, flags: u8) -> Vec<u8> {
        [digest(&SHA256, relying_party.as_bytes()).as_ref(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    #[expect(clippy::unwrap_used, reason = "for tests")]
    fn client_data(&self, kind: &str, options: &serde_json::Value) -> Vec<u8> {
        let challenge = options.pointer("/challenge").unwrap();
        serde_json::json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }
}

fn base64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

#[expect(clippy::unwrap_used, reason = "for tests")]
fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
