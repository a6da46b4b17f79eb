//! Proofs of devices: taken only as a JWT of this kind that the key signed, for this URL and session; and only our challenges are ours.

use std::sync::OnceLock;

use postern_keystore::{ChallengeFor, DeviceKey, Keyring, MasterKey, PROOF_MAX, ReceivedProof};
use postern_model::clock::Timestamp;
use postern_model::id::SessionId;
use postern_testkit::device::Device;
use postern_testkit::entropy::SeededEntropy;
use serde_json::Value;

const URL: &str = "https://example.com/postern/device/refresh";
const SESSION: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

struct Fixture {
    device: Device,
    key: DeviceKey,
    keyring: Keyring,
    session: SessionId,
    challenge: String,
}

/// Takes a header in the first line and claims in the rest, which the device signs (`{jwk}` is replaced with its key, `{challenge}` with
/// a challenge for it), or a whole proof if there is one line only.
pub fn verify(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let fixture = fixture();
    let filled = |text: &str| {
        text.replace("{jwk}", &fixture.device.jwk().to_string()).replace("{challenge}", &fixture.challenge)
    };
    let signed = text.split_once('\n').map(|(header, claims)| (filled(header), filled(claims)));
    let token = match &signed {
        Some((header, claims)) => fixture.device.sign(header, claims),
        None => text.to_owned(),
    };
    let Ok(proof) = ReceivedProof::parse(&token) else { return };
    assert!(token.len() <= PROOF_MAX);
    let used = ChallengeFor::Refresh(fixture.key.id());
    let ours = fixture.keyring.check_device_challenge(proof.challenge(), fixture.session, used, NOW).is_ok();
    assert_eq!(ours, proof.challenge() == fixture.challenge);

    if proof.verify_of_key(&fixture.key, URL, SESSION).is_ok() {
        let (header, claims) = signed.as_ref().expect("a proof that nobody signed was taken");
        let claims = is_of_this_kind(header, claims, false);
        assert!(claims["sub"].is_null() || claims["sub"] == SESSION);
        assert_eq!(claims["jti"], proof.challenge());
    }
    if let Ok(key) = proof.verify_with_new_key(URL) {
        assert_eq!(DeviceKey::parse(key.canonical()).map(|key| key.id()), Some(key.id()));
        // A proof of another key is its holder's own.
        if let Some((header, claims)) = &signed {
            assert_eq!(key.id(), fixture.key.id());
            is_of_this_kind(header, claims, true);
        }
    }
}

/// Asserts what every accepted proof says; returns its claims.
fn is_of_this_kind(header: &str, claims: &str, brings_key: bool) -> Value {
    let header: Value = serde_json::from_str(header).expect("a header in JSON");
    let claims: Value = serde_json::from_str(claims).expect("claims in JSON");
    assert_eq!((&header["alg"], &header["typ"]), (&Value::from("ES256"), &Value::from("dbsc+jwt")));
    assert!(header["crit"].is_null());
    assert_eq!(header["jwk"].is_object(), brings_key);
    assert!(claims["aud"].is_null() || claims["aud"] == URL);
    claims
}

fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let device = Device::new();
        let registration = device.registration("x");
        let registered = ReceivedProof::parse(&registration).expect("a proof");
        let key = registered.verify_with_new_key(URL).expect("the device's own proof");
        let master = MasterKey::from_base64(&MasterKey::generate(&SeededEntropy::new(7))).expect("a key");
        let keyring = Keyring::new(master, Vec::new());
        let session: SessionId = SESSION.parse().expect("a UUID");
        let challenge = keyring.device_challenge(session, ChallengeFor::Refresh(key.id()), NOW);
        Fixture { device, key, keyring, session, challenge }
    })
}
