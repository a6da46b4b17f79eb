//! Passkeys: a registration is taken only for this ceremony, and an assertion only if the key of the credential signed it.

use std::sync::OnceLock;

use data_encoding::BASE64URL_NOPAD;
use postern_testkit::authenticator::Authenticator;
use postern_webauthn::{AssertionResponse, Ceremony, Credential, Registered, RegistrationResponse};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

const ORIGIN: &str = "https://example.com";
const RELYING_PARTY: &str = "example.com";
const CHALLENGE: [u8; 32] = [7; 32];
const USER: &[u8] = b"0123456789abcdef";

struct Fixture {
    key: Authenticator,
    credential: Credential,
    /// What the key signed for this ceremony: client data and authenticator data.
    signed: [Vec<u8>; 2],
}

/// Takes the JSON of a response (Web Authentication Level 3, §5.1), as a page receives it from the browser; one with an
/// `attestationObject` is a registration, any other an assertion. A text that begins with `sign` has the credential's key sign
/// the client data in its second line and the authenticator data in base64url in its third.
pub fn verify(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let fixture = fixture();
    if let Some(parts) = text.strip_prefix("sign\n") {
        let (client_data, data) = parts.split_once('\n').unwrap_or((parts, ""));
        let Ok(data) = BASE64URL_NOPAD.decode(data.trim_end().as_bytes()) else { return };
        let signature = fixture.key.sign(client_data.as_bytes(), &data);
        return assertion(fixture, client_data.as_bytes(), &data, &signature, None, true);
    }
    let Ok(response) = serde_json::from_str::<Value>(text) else { return };
    let part = |name: &str| {
        let text = response.get("response")?.get(name)?.as_str()?;
        BASE64URL_NOPAD.decode(text.as_bytes()).ok()
    };
    let client_data = part("clientDataJSON").unwrap_or_default();
    match part("attestationObject") {
        Some(object) => registration(&client_data, &object),
        None => {
            let (data, signature) = (part("authenticatorData"), part("signature"));
            let (data, signature) = (data.unwrap_or_default(), signature.unwrap_or_default());
            assertion(fixture, &client_data, &data, &signature, part("userHandle").as_deref(), false);
        }
    }
}

fn registration(client_data: &[u8], object: &[u8]) {
    let response = RegistrationResponse { client_data, attestation_object: object };
    let strict = ceremony(true).register(&response);
    let Ok(credential) = ceremony(false).register(&response) else {
        assert!(strict.is_err(), "a demand for verification lets more pass");
        return;
    };
    is_of_this_ceremony(client_data, "webauthn.create");
    assert!((1..=1023).contains(&credential.id.len()));
    assert!(credential.flags.user_present());
    assert!(credential.flags.backup_eligible() || !credential.flags.backed_up());
    assert_eq!(strict.is_ok(), credential.flags.user_verified());
    // The relying party, the identifier and the key are in what the authenticator said, in this order.
    let hash = digest(&SHA256, RELYING_PARTY.as_bytes());
    let begin = position(object, hash.as_ref(), 0).expect("the hash of the relying party");
    let id = position(object, &credential.id, begin).expect("the identifier");
    assert!(position(object, &credential.public_key, id).is_some(), "the key");
}

fn assertion(
    fixture: &Fixture,
    client_data: &[u8],
    data: &[u8],
    signature: &[u8],
    user_handle: Option<&[u8]>,
    is_signed: bool,
) {
    let response = AssertionResponse { client_data, authenticator_data: data, signature, user_handle };
    let Credential { public_key, counter, flags, .. } = &fixture.credential;
    let credential =
        Registered { public_key, counter: *counter, backup_eligible: flags.backup_eligible(), user_handle: USER };
    let Ok(asserted) = ceremony(false).assert(&response, &credential) else { return };
    assert!(is_signed || fixture.signed == [client_data, data], "nobody signed it");
    is_of_this_ceremony(client_data, "webauthn.get");
    assert!(user_handle.is_none_or(|handle| handle == USER));
    assert_eq!(&data[..32], digest(&SHA256, RELYING_PARTY.as_bytes()).as_ref());
    assert_eq!(data[32] & 1, 1, "nobody was present");
    assert_eq!(data[33..37], asserted.counter.to_be_bytes());
    assert!(asserted.counter > *counter || (asserted.counter, *counter) == (0, 0));
    let strict = ceremony(true).assert(&response, &credential);
    assert_eq!(strict.is_ok(), asserted.flags.user_verified());
    let again = Registered { counter: asserted.counter, ..credential };
    let repeated = ceremony(false).assert(&response, &again);
    assert_eq!(repeated.is_ok(), asserted.counter == 0, "a counter that does not grow");
}

/// Reads client data as the reference does: with a parser for any JSON.
fn is_of_this_ceremony(client_data: &[u8], kind: &str) {
    let read: Value = serde_json::from_slice(client_data).expect("client data in JSON");
    assert_eq!(read["type"], kind);
    assert_eq!(read["challenge"], BASE64URL_NOPAD.encode(&CHALLENGE));
    assert_eq!(read["origin"], ORIGIN);
    assert_ne!(read["crossOrigin"], true);
    assert!(read["topOrigin"].is_null());
}

fn position(of: &[u8], part: &[u8], from: usize) -> Option<usize> {
    of.get(from..)?.windows(part.len()).position(|window| window == part).map(|at| from + at)
}

fn ceremony(require_verification: bool) -> Ceremony<'static> {
    Ceremony { challenge: &CHALLENGE, relying_party: RELYING_PARTY, origins: &[ORIGIN], require_verification }
}

fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let key = Authenticator::new(ORIGIN, 1);
        let challenge = BASE64URL_NOPAD.encode(&CHALLENGE);
        let created = key.create(&json!({ "challenge": challenge, "rp": { "id": RELYING_PARTY } }).to_string());
        let [client_data, object] = parts(&created, ["clientDataJSON", "attestationObject"]);
        let response = RegistrationResponse { client_data: &client_data, attestation_object: &object };
        let credential = ceremony(true).register(&response).expect("a registration");
        let asserted = key.get(&json!({ "challenge": challenge, "rpId": RELYING_PARTY }).to_string());
        Fixture { key, credential, signed: parts(&asserted, ["clientDataJSON", "authenticatorData"]) }
    })
}

fn parts(response: &str, names: [&str; 2]) -> [Vec<u8>; 2] {
    let response: Value = serde_json::from_str(response).expect("JSON");
    names.map(|name| {
        let text = response["response"][name].as_str().expect("a text");
        BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url")
    })
}
