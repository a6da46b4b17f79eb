//! Registrations, each with one fault.

use ciborium::{Value, cbor};
use postern_webauthn::Refused;
use proptest::prelude::*;
use ring::digest::{SHA256, digest};

use crate::authenticator::{
    ATTESTED, FLAGS, attestation_object, attested, cbor_bytes, client_data, header, key_pair, new_credential,
    public_key, register,
};

#[test]
fn a_registration_yields_what_the_authenticator_made() {
    let credential = register(&client_data("webauthn.create"), &attestation_object(new_credential())).unwrap();
    assert_eq!((&credential.id[..], credential.public_key, credential.counter), (&b"credential"[..], public_key(), 0));
    assert_eq!(credential.aaguid, [0xaa; 16]);
    assert!(credential.flags.user_verified() && !credential.flags.backup_eligible());
}

#[test]
fn client_data_of_anything_else_are_refused() {
    let good = String::from_utf8(client_data("webauthn.create")).unwrap();
    for (from, to, expected) in [
        ("webauthn.create", "webauthn.get", Refused::Type),
        ("webauthn.create", "payment.get", Refused::Type),
        ("BwcH", "BwcI", Refused::Challenge),
        ("BwcH", "BwcH=", Refused::Challenge),
        ("https://example.com", "http://example.com", Refused::Origin),
        ("https://example.com", "https://example.com:444", Refused::Origin),
        ("https://example.com", "https://example.com.evil.test", Refused::Origin),
        ("https://example.com", "https://other.example.com", Refused::Origin),
        ("https://example.com", "", Refused::Origin),
        ("\"crossOrigin\":false", "\"crossOrigin\":true", Refused::CrossOrigin),
        ("\"crossOrigin\":false", "\"topOrigin\":\"https://evil.test\"", Refused::CrossOrigin),
        ("\"crossOrigin\":false", "\"crossOrigin\":\"false\"", Refused::ClientData),
        ("\"crossOrigin\":false", "\"origin\":\"https://example.com\"", Refused::ClientData),
        ("{", "[", Refused::ClientData),
        ("}", "", Refused::ClientData),
        ("}", "}}", Refused::ClientData),
        ("\"type\":", "\"kind\":", Refused::ClientData),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        assert_eq!(register(bad.as_bytes(), &attestation_object(new_credential())), Err(expected), "{bad}");
    }
    let long = good.replacen("{", &format!("{{\"x\":\"{}\",", "a".repeat(4096)), 1);
    assert_eq!(register(long.as_bytes(), &attestation_object(new_credential())), Err(Refused::ClientData));
}

#[test]
fn authenticator_data_of_anything_else_are_refused() {
    let with = |relying_party: &str, flags: u8| {
        [header(relying_party, flags, 0), attested(b"credential", &public_key())].concat()
    };
    let behind = |mut data: Vec<u8>, more: &[u8]| {
        data.extend_from_slice(more);
        data
    };
    let full = FLAGS | ATTESTED;
    for (data, expected) in [
        (with("evil.test", full), Refused::RelyingParty),
        (with("example.com", full & !1), Refused::UserPresence),
        (with("example.com", full & !4), Refused::UserVerification),
        // Backed up, and not eligible for it.
        (with("example.com", full | 0b1_0000), Refused::Backup),
        (with("example.com", FLAGS), Refused::AuthenticatorData),
        (header("example.com", FLAGS, 0), Refused::AuthenticatorData),
        (header("example.com", full, 0), Refused::AuthenticatorData),
        (behind(new_credential(), b"x"), Refused::AuthenticatorData),
        // Extensions are announced, and missing, no map, or followed by more.
        (with("example.com", full | 0b1000_0000), Refused::AuthenticatorData),
        (behind(with("example.com", full | 0b1000_0000), &[0x01]), Refused::AuthenticatorData),
        (behind(with("example.com", full | 0b1000_0000), &[0xa0, 0]), Refused::AuthenticatorData),
        ([header("example.com", full, 0), attested(b"", &public_key())].concat(), Refused::AuthenticatorData),
        ([header("example.com", full, 0), attested(&[1; 1024], &public_key())].concat(), Refused::AuthenticatorData),
    ] {
        let object = attestation_object(data.clone());
        assert_eq!(register(&client_data("webauthn.create"), &object), Err(expected), "{data:x?}");
    }
    let whole = new_credential();
    for length in 0..whole.len() {
        let object = attestation_object(whole[..length].to_vec());
        assert_eq!(register(&client_data("webauthn.create"), &object), Err(Refused::AuthenticatorData), "{length}");
    }
    let longest = [header("example.com", full, 0), attested(&[1; 1023], &public_key())].concat();
    assert_eq!(register(&client_data("webauthn.create"), &attestation_object(longest)).unwrap().id.len(), 1023);
    let extended = behind(with("example.com", full | 0b1000_0000), &[0xa0]);
    assert!(register(&client_data("webauthn.create"), &attestation_object(extended)).is_ok());
}

#[test]
fn attestation_objects_of_anything_else_are_refused() {
    let data = || Value::Bytes(new_credential());
    for (object, expected) in [
        (cbor!({ "attStmt" => {}, "authData" => data() }), Refused::AttestationObject),
        (cbor!({ "fmt" => "none", "authData" => data() }), Refused::AttestationObject),
        (cbor!({ "fmt" => "none", "attStmt" => {} }), Refused::AttestationObject),
        (cbor!({ "fmt" => 1, "attStmt" => {}, "authData" => data() }), Refused::AttestationObject),
        (cbor!({ "fmt" => "none", "attStmt" => [], "authData" => data() }), Refused::AttestationObject),
        (cbor!({ "fmt" => "none", "attStmt" => {}, "authData" => "text" }), Refused::AttestationObject),
        (cbor!({ "fmt" => "none", "attStmt" => { "x" => 1 }, "authData" => data() }), Refused::Attestation),
        (cbor!({ "fmt" => "fido-u2f", "attStmt" => {}, "authData" => data() }), Refused::Attestation),
        (cbor!({ "fmt" => "packed", "attStmt" => {}, "authData" => data() }), Refused::Attestation),
        (
            cbor!({ "fmt" => "packed", "attStmt" => { "alg" => -7, "sig" => data() }, "authData" => data() }),
            Refused::Attestation,
        ),
        (
            cbor!({ "fmt" => "packed", "attStmt" => { "alg" => -8, "sig" => data() }, "authData" => data() }),
            Refused::Attestation,
        ),
        (
            cbor!({ "fmt" => "packed", "attStmt" => { "alg" => -8, "sig" => data(), "x5c" => [] }, "authData" => data() }),
            Refused::Attestation,
        ),
        (cbor!([1, 2]), Refused::AttestationObject),
    ] {
        let object = cbor_bytes(&object.unwrap());
        assert_eq!(register(&client_data("webauthn.create"), &object), Err(expected), "{object:x?}");
    }
    let whole = attestation_object(new_credential());
    for length in 0..whole.len() {
        assert!(register(&client_data("webauthn.create"), &whole[..length]).is_err(), "{length}");
    }
    let twice = Value::Map(vec![
        ("fmt".into(), "none".into()),
        ("fmt".into(), "packed".into()),
        ("attStmt".into(), Value::Map(vec![])),
        ("authData".into(), data()),
    ]);
    assert_eq!(register(&client_data("webauthn.create"), &cbor_bytes(&twice)), Err(Refused::AttestationObject));
    let followed = [whole, vec![0]].concat();
    assert_eq!(register(&client_data("webauthn.create"), &followed), Err(Refused::AttestationObject));
    // Arrays within arrays without end.
    assert_eq!(register(&client_data("webauthn.create"), &[0x81; 4096]), Err(Refused::AttestationObject));
    // A byte string that claims more than there is.
    let huge = [0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(register(&client_data("webauthn.create"), &huge), Err(Refused::AttestationObject));
}

#[test]
fn public_keys_that_were_not_asked_for_are_refused() {
    let b = |length: usize| Value::Bytes(vec![1; length]);
    for key in [
        // Another algorithm; a key type, a curve and a length that do not belong to the algorithm; a compressed point.
        cbor!({ 1 => 2, 3 => -35, -1 => 2, -2 => b(48), -3 => b(48) }),
        cbor!({ 1 => 1, 3 => -7, -1 => 1, -2 => b(32), -3 => b(32) }),
        cbor!({ 1 => 2, 3 => -7, -1 => 2, -2 => b(32), -3 => b(32) }),
        cbor!({ 1 => 2, 3 => -7, -1 => 1, -2 => b(31), -3 => b(32) }),
        cbor!({ 1 => 2, 3 => -7, -1 => 1, -2 => b(32), -3 => true }),
        cbor!({ 1 => 1, 3 => -8, -1 => 7, -2 => b(32) }),
        cbor!({ 1 => 1, 3 => -8, -1 => 6, -2 => b(33) }),
        cbor!({ 1 => 3, 3 => -257, -1 => b(128), -2 => b(3) }),
        cbor!({ 1 => 3, 3 => -257, -1 => b(1024), -2 => b(3) }),
        cbor!({ 1 => 3, 3 => -257, -1 => b(256), -2 => b(9) }),
        cbor!({}),
        cbor!([1]),
    ] {
        let key = cbor_bytes(&key.unwrap());
        let data = [header("example.com", FLAGS | ATTESTED, 0), attested(b"credential", &key)].concat();
        let refused = register(&client_data("webauthn.create"), &attestation_object(data));
        assert_eq!(refused, Err(Refused::PublicKey), "{key:x?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(client_data in any::<Vec<u8>>(), object in any::<Vec<u8>>()) {
        prop_assert!(register(&client_data, &object).is_err());
    }

    #[test]
    fn no_changed_byte_is_accepted_as_another_credential(at in 0_usize..200, change in 1_u8..) {
        let mut object = attestation_object(new_credential());
        let at = at % object.len();
        object[at] ^= change;
        if let Ok(credential) = register(&client_data("webauthn.create"), &object) {
            // The counter, the model, the identifier, the key and unused flags are the authenticator's to choose.
            prop_assert!(credential.flags.user_present() && credential.flags.user_verified());
        }
    }
}

#[test]
fn a_signature_of_the_new_key_is_accepted_and_none_that_certificates_come_with() {
    let (client_data, data) = (client_data("webauthn.create"), new_credential());
    let signed = [&data[..], digest(&SHA256, &client_data).as_ref()].concat();
    let signature = Value::Bytes(key_pair().sign(&signed).as_ref().to_vec());
    let object = |statement: Value| {
        let data = Value::Bytes(data.clone());
        cbor_bytes(&cbor!({ "fmt" => "packed", "attStmt" => statement, "authData" => data }).unwrap())
    };
    let plain = object(cbor!({ "alg" => -8, "sig" => signature.clone() }).unwrap());
    assert!(register(&client_data, &plain).is_ok());
    let chained = object(cbor!({ "alg" => -8, "sig" => signature, "x5c" => [] }).unwrap());
    assert_eq!(register(&client_data, &chained), Err(Refused::Attestation));
}

#[test]
fn client_data_of_the_greatest_size_are_read() {
    let plain = String::from_utf8(client_data("webauthn.create")).unwrap();
    let padded = |length: usize| {
        let member = |pad: usize| plain.replace('}', &format!(r#","pad":"{}"}}"#, "x".repeat(pad)));
        member(length - member(0).len()).into_bytes()
    };
    let object = attestation_object(new_credential());
    assert!(register(&padded(4096), &object).is_ok());
    assert_eq!(register(&padded(4097), &object), Err(Refused::ClientData));
}
