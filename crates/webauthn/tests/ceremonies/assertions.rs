//! Assertions, each with one fault.

use ciborium::{Value, cbor};
use postern_webauthn::{AssertionResponse, Refused, Registered};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

use crate::authenticator::{
    ATTESTED, FLAGS, HANDLE, assert_with, attested, cbor_bytes, ceremony, client_data, header, key_pair, public_key,
};

fn get() -> Vec<u8> {
    client_data("webauthn.get")
}

#[test]
fn a_credential_asserts_its_owner() {
    let asserted = assert_with(&get(), &header("example.com", FLAGS, 9), 8, Some(HANDLE)).unwrap();
    assert_eq!(asserted.counter, 9);
    assert!(asserted.flags.user_verified());
    assert!(assert_with(&get(), &header("example.com", FLAGS, 0), 0, None).is_ok());
}

#[test]
fn an_assertion_of_anything_else_is_refused() {
    let create = client_data("webauthn.create");
    let other = String::from_utf8(get()).unwrap().replace("BwcH", "AAAA").into_bytes();
    let attested = [header("example.com", FLAGS | ATTESTED, 0), attested(b"credential", &public_key())].concat();
    let header = |flags, counter| header("example.com", flags, counter);
    for (client_data, data, stored, handle, expected) in [
        (create, header(FLAGS, 0), 0, None, Refused::Type),
        (other, header(FLAGS, 0), 0, None, Refused::Challenge),
        (get(), header(FLAGS, 0), 0, Some(&b"user two"[..]), Refused::UserHandle),
        (get(), header(FLAGS, 0), 0, Some(&b""[..]), Refused::UserHandle),
        (get(), header(FLAGS & !1, 0), 0, None, Refused::UserPresence),
        (get(), header(FLAGS & !4, 0), 0, None, Refused::UserVerification),
        // A credential that was bound to its device is backed up by now.
        (get(), header(FLAGS | 0b1000, 0), 0, None, Refused::Backup),
        (get(), header(FLAGS | 0b1_0000, 0), 0, None, Refused::Backup),
        (get(), attested, 0, None, Refused::AuthenticatorData),
        (get(), header(FLAGS, 0)[..36].to_vec(), 0, None, Refused::AuthenticatorData),
        (get(), [header(FLAGS, 0), vec![0]].concat(), 0, None, Refused::AuthenticatorData),
        (get(), crate::authenticator::header("evil.test", FLAGS, 0), 0, None, Refused::RelyingParty),
        (get(), header(FLAGS, 8), 8, None, Refused::Counter),
        (get(), header(FLAGS, 7), 8, None, Refused::Counter),
        (get(), header(FLAGS, 0), 8, None, Refused::Counter),
    ] {
        let shown = String::from_utf8_lossy(&client_data).into_owned();
        assert_eq!(assert_with(&client_data, &data, stored, handle), Err(expected), "{shown} {data:x?} {stored}");
    }
}

#[test]
fn a_signature_covers_both_data_and_is_made_with_the_registered_key() {
    let (client_data, data) = (get(), header("example.com", FLAGS, 0));
    let signed = [data.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
    let signature = key_pair().sign(&signed);
    let check = |client_data: &[u8], data: &[u8], signature: &[u8], public_key: &[u8]| {
        let response = AssertionResponse { client_data, authenticator_data: data, signature, user_handle: None };
        ceremony()
            .assert(&response, &Registered { public_key, counter: 0, backup_eligible: false, user_handle: HANDLE })
    };
    assert!(check(&client_data, &data, signature.as_ref(), &public_key()).is_ok());
    let spaced = [client_data.as_slice(), b" "].concat();
    assert_eq!(check(&spaced, &data, signature.as_ref(), &public_key()), Err(Refused::Signature));
    let counted = header("example.com", FLAGS, 1);
    assert_eq!(check(&client_data, &counted, signature.as_ref(), &public_key()), Err(Refused::Signature));
    assert_eq!(check(&client_data, &data, &[], &public_key()), Err(Refused::Signature));
    let another = ring::signature::Ed25519KeyPair::from_seed_unchecked(&[6; 32]).unwrap();
    let x = Value::Bytes(another.public_key().as_ref().to_vec());
    let another = cbor_bytes(&cbor!({ 1 => 1, 3 => -8, -1 => 6, -2 => x }).unwrap());
    assert_eq!(check(&client_data, &data, signature.as_ref(), &another), Err(Refused::Signature));
    assert_eq!(check(&client_data, &data, signature.as_ref(), b"\xa0"), Err(Refused::PublicKey));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "ring makes keys with its own generator only")]
fn es256_and_rs256_are_verified_too() {
    let random = SystemRandom::new();
    let (client_data, data) = (get(), header("example.com", FLAGS, 0));
    let signed = [data.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
    let check = |public_key: &[u8], signature: &[u8]| {
        let response =
            AssertionResponse { client_data: &client_data, authenticator_data: &data, signature, user_handle: None };
        ceremony()
            .assert(&response, &Registered { public_key, counter: 0, backup_eligible: false, user_handle: HANDLE })
    };

    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let point = pair.public_key().as_ref();
    let (x, y) = (Value::Bytes(point[1..33].to_vec()), Value::Bytes(point[33..].to_vec()));
    let key = cbor_bytes(&cbor!({ 1 => 2, 3 => -7, -1 => 1, -2 => x, -3 => y }).unwrap());
    let signature = pair.sign(&random, &signed).unwrap();
    assert!(check(&key, signature.as_ref()).is_ok());
    assert_eq!(check(&key, key_pair().sign(&signed).as_ref()), Err(Refused::Signature));

    let private = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
    let (n, e) = (rsa::traits::PublicKeyParts::n(&private), rsa::traits::PublicKeyParts::e(&private));
    let (n, e) = (Value::Bytes(n.to_bytes_be()), Value::Bytes(e.to_bytes_be()));
    let key = cbor_bytes(&cbor!({ 1 => 3, 3 => -257, -1 => n, -2 => e }).unwrap());
    let scheme = rsa::Pkcs1v15Sign::new::<rsa::sha2::Sha256>();
    let signature = private.sign(scheme, digest(&SHA256, &signed).as_ref()).unwrap();
    assert!(check(&key, &signature).is_ok());
    assert_eq!(check(&key, &signature[1..]), Err(Refused::Signature));
}
