//! Sessions that are bound to a key of their device.

#![cfg(test)]

mod support;

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use postern_authn::device_binding::{BindError, LEEWAY, Proven, Refresh};
use postern_authn::factors::{Elevated, Submitted};
use postern_keystore::{ChallengeRefused, ProofRefused, ReceivedProof};
use postern_model::device_binding::BoundKey;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;
use postern_testkit::device::Device;
use serde_json::json;
use support::World;
use support::app::{App, STEP, caller, enrolled};

const REGISTRATION: &str = "https://app.example/postern/device/registration";
const REFRESH: &str = "https://app.example/postern/device/refresh";
const HOST: &str = "app.example";
const MINUTE: Duration = Duration::from_secs(60);

/// A person with an app, who signs in again and again.
struct Setting {
    world: World,
    app: App,
}

impl Setting {
    async fn new() -> Self {
        let (world, app, _) = enrolled().await;
        Self { world, app }
    }

    /// A session that a second factor was verified for just now.
    async fn raised(&self) -> Elevated {
        let view = self.world.sign_in().await.view;
        self.world.clock.advance(STEP);
        let code = self.app.code(&self.world);
        self.world.authn.verify(&view, SecondFactor::Totp, &code, &caller()).await.unwrap()
    }

    async fn bound(&self, device: &Device) -> (Elevated, Proven) {
        let session = self.raised().await;
        let challenge = self.world.authn.device_challenge(&session.view).unwrap();
        let proven = bind(&self.world, &session, &device.registration(&challenge)).await.unwrap();
        (session, proven)
    }
}

async fn bind(world: &World, session: &Elevated, proof: &str) -> Result<Proven, BindError> {
    world.authn.bind_device((&session.token, HOST), proof, REGISTRATION, &caller()).await
}

async fn found(world: &World, session: &Elevated, proven: Option<&Proven>) -> Option<SessionView> {
    world.authn.session_at(&session.token, HOST, proven.map(|proven| &proven.cookie)).await.unwrap()
}

async fn refresh(world: &World, session: &Elevated, proof: Option<&str>) -> Refresh {
    let named = session.view.session.id.to_string();
    world.authn.refresh_device((Some(&session.token), HOST), &named, proof, REFRESH).await.unwrap()
}

async fn challenge(world: &World, session: &Elevated) -> String {
    match refresh(world, session, None).await {
        Refresh::Challenge(_, challenge) => challenge,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_repeated_submission_of_a_bound_session_is_answered_to_its_device_alone() {
    let setting = Setting::new().await;
    let world = &setting.world;
    let (_, others) = setting.bound(&Device::new()).await;
    let former = world.sign_in().await;
    world.clock.advance(STEP);
    let code = setting.app.code(world);
    let submitted = Submitted { code: &code, nonce: Some("n"), of_form: true, trust: false, client: None };
    let raised = world.authn.verify(&former.view, SecondFactor::Totp, submitted, &caller()).await.unwrap();
    let challenge = world.authn.device_challenge(&raised.view).unwrap();
    let proven = bind(world, &raised, &Device::new().registration(&challenge)).await.unwrap();
    world.clock.advance(BoundKey::UNPROVEN);
    for (cookie, answered) in [(None, false), (Some(&others.cookie), false), (Some(&proven.cookie), true)] {
        let repeated = world.authn.repetition(&former.token, cookie, SecondFactor::Totp, submitted).await.unwrap();
        assert_eq!(repeated.is_some(), answered);
    }
}

#[tokio::test]
async fn a_bound_session_is_none_without_the_cookie_of_its_device_and_after_its_minutes() {
    let setting = Setting::new().await;
    let world = &setting.world;
    let device = Device::new();
    let (session, proven) = setting.bound(&device).await;
    assert!(found(world, &session, Some(&proven)).await.unwrap().session.device.is_some());
    world.clock.advance(BoundKey::UNPROVEN - Duration::from_secs(1));
    assert!(found(world, &session, None).await.is_some(), "the browser may not have its cookie yet");
    world.clock.advance(Duration::from_secs(1));
    assert!(found(world, &session, None).await.is_none());
    assert!(world.authn.session(&session.token).await.unwrap().is_none());
    assert!(world.authn.has_session(&session.token).await.unwrap());

    // The browser drops the cookie at the end of its lifetime, or later by what the clocks differ.
    world.clock.advance(proven.lifetime + LEEWAY - BoundKey::UNPROVEN - Duration::from_secs(1));
    assert!(found(world, &session, Some(&proven)).await.is_some());
    world.clock.advance(Duration::from_secs(1));
    assert!(found(world, &session, Some(&proven)).await.is_none(), "both cookies, copied");

    let proof = device.refresh(&challenge(world, &session).await);
    let Refresh::Proven(again) = refresh(world, &session, Some(&proof)).await else { panic!() };
    assert!(found(world, &session, Some(&again)).await.is_some());
    // Sent twice, since the first answer was lost.
    assert!(matches!(refresh(world, &session, Some(&proof)).await, Refresh::Proven(_)));
}

#[tokio::test]
async fn the_cookie_of_another_session_proves_nothing() {
    let setting = Setting::new().await;
    let world = &setting.world;
    let (one, _) = setting.bound(&Device::new()).await;
    let (_, other) = setting.bound(&Device::new()).await;
    world.clock.advance(BoundKey::UNPROVEN);
    assert!(found(world, &one, Some(&other)).await.is_none());
}

#[tokio::test]
async fn only_the_token_of_the_second_factor_binds_and_only_once() {
    let setting = Setting::new().await;
    let world = &setting.world;
    let signed_in = world.sign_in().await;
    assert_eq!(world.authn.device_challenge(&signed_in.view), None, "without a second factor");

    let session = setting.raised().await;
    let first = world.authn.device_challenge(&session.view).unwrap();
    let (device, thief) = (Device::new(), Device::new());
    let proof = device.registration(&first);
    assert!(bind(world, &session, &proof).await.is_ok());
    assert!(bind(world, &session, &proof).await.is_ok(), "the first answer was lost");
    let another = bind(world, &session, &thief.registration(&first)).await.unwrap_err();
    assert!(matches!(another, BindError::Bound), "{another}");
    let proven = bind(world, &session, &proof).await.unwrap();
    let view = found(world, &session, Some(&proven)).await.unwrap();
    assert_eq!(world.authn.device_challenge(&view), None, "it is bound");

    // A session whose token was rotated since.
    let (old, new) = (setting.raised().await, setting.raised().await);
    let of_old = world.authn.device_challenge(&old.view).unwrap();
    let foreign = bind(world, &new, &device.registration(&of_old)).await.unwrap_err();
    assert!(matches!(foreign, BindError::Challenge(ChallengeRefused::Foreign)), "{foreign}");
}

#[tokio::test]
async fn a_challenge_is_good_for_its_use_and_its_minutes() {
    let setting = Setting::new().await;
    let world = &setting.world;
    let device = Device::new();
    let session = setting.raised().await;
    let offered = world.authn.device_challenge(&session.view).unwrap();
    world.clock.advance(2 * MINUTE);
    let late = bind(world, &session, &device.registration(&offered)).await.unwrap_err();
    assert!(matches!(late, BindError::Challenge(ChallengeRefused::Expired)), "{late}");

    let (session, _) = setting.bound(&device).await;
    let challenge = challenge(world, &session).await;
    let proof = device.refresh(&challenge);
    let of_registration = device.refresh(&offered);
    for wrong in [of_registration.as_str(), "", "a.b.c", &Device::new().refresh(&challenge)] {
        assert!(matches!(refresh(world, &session, Some(wrong)).await, Refresh::Challenge(..)), "{wrong}");
    }
    // A proof that brings a key is none of the key that is known.
    let own = device.registration(&challenge);
    assert!(matches!(refresh(world, &session, Some(&own)).await, Refresh::Challenge(..)));
    world.clock.advance(2 * MINUTE);
    assert!(matches!(refresh(world, &session, Some(&proof)).await, Refresh::Challenge(..)));
}

#[tokio::test]
async fn what_is_over_or_not_bound_ends_the_browser_s_binding() {
    let setting = Setting::new().await;
    let world = &setting.world;
    let unbound = setting.raised().await;
    assert_eq!(refresh(world, &unbound, None).await, Refresh::Ended);
    let (session, proven) = setting.bound(&Device::new()).await;
    let named = world.authn.refresh_device((Some(&session.token), HOST), "another", None, REFRESH).await.unwrap();
    assert_eq!(named, Refresh::AnotherSession);
    let view = found(world, &session, Some(&proven)).await.unwrap();
    world.authn.sign_out(&view, &caller()).await.unwrap();
    assert_eq!(refresh(world, &session, None).await, Refresh::Ended);
}

#[tokio::test]
async fn a_token_that_was_rotated_meanwhile_or_cannot_be_read_ends_no_binding() {
    let setting = Setting::new().await;
    let world = &setting.world;
    let device = Device::new();
    let (former, proven) = setting.bound(&device).await;
    let view = found(world, &former, Some(&proven)).await.unwrap();
    world.clock.advance(STEP);
    let raised = world.authn.verify(&view, SecondFactor::Totp, &setting.app.code(world), &caller()).await.unwrap();
    assert_eq!(refresh(world, &former, None).await, Refresh::Later);
    let named = view.session.id.to_string();
    let refresh_of = async |named: &str| world.authn.refresh_device((None, HOST), named, None, REFRESH).await.unwrap();
    assert_eq!(refresh_of(&named).await, Refresh::Later);
    assert_eq!(refresh_of("another").await, Refresh::Ended);

    let proof = device.refresh(&challenge(world, &raised).await);
    let Refresh::Proven(again) = refresh(world, &raised, Some(&proof)).await else { panic!() };
    let view = found(world, &raised, Some(&again)).await.unwrap();
    world.authn.sign_out(&view, &caller()).await.unwrap();
    assert_eq!(refresh_of(&named).await, Refresh::Ended);
}

#[tokio::test]
async fn bindings_renewals_and_refusals_are_counted_once_each() {
    let setting = Setting::new().await;
    let (world, device) = (&setting.world, Device::new());
    let counted = || world.device_counts.each().map(|(_, count)| count);
    let session = setting.raised().await;
    let offered = world.authn.device_challenge(&session.view).unwrap();
    let registration = device.registration(&offered);
    for _ in 0..2 {
        bind(world, &session, &registration).await.unwrap();
    }
    assert_eq!(counted(), [1, 0, 0], "a repeated registration is not counted again");

    let asked = challenge(world, &session).await;
    assert_eq!(counted(), [1, 0, 0], "a browser that asks for a challenge is refused nothing");
    let proof = device.refresh(&asked);
    assert!(matches!(refresh(world, &session, Some(&proof)).await, Refresh::Proven(_)));
    assert_eq!(counted(), [1, 1, 0]);

    assert!(matches!(refresh(world, &session, Some("no proof")).await, Refresh::Challenge(..)));
    assert!(bind(world, &session, &Device::new().registration(&offered)).await.is_err());
    assert_eq!(counted(), [1, 1, 2]);
}

#[tokio::test]
async fn each_malformed_proof_is_refused_with_a_reason_of_its_own() {
    let setting = Setting::new().await;
    let world = &setting.world;
    let (device, session) = (Device::new(), setting.raised().await);
    let jti = world.authn.device_challenge(&session.view).unwrap();
    let claims = json!({ "jti": jti }).to_string();
    let header = device.header();
    let with = |name: &str, value: serde_json::Value| {
        let mut header = header.clone();
        header.as_object_mut().unwrap().insert(name.to_owned(), value);
        header.to_string()
    };
    let jwk = |name: &str, value: serde_json::Value| {
        let mut jwk = device.jwk();
        jwk.as_object_mut().unwrap().insert(name.to_owned(), value);
        with("jwk", jwk)
    };
    let rsa = |bits: usize| {
        let n = BASE64URL_NOPAD.encode(&vec![0xff; bits / 8]);
        json!({ "alg": "RS256", "typ": "dbsc+jwt", "jwk": { "kty": "RSA", "n": n, "e": "AQAB" } }).to_string()
    };
    let good = device.sign(&header.to_string(), &claims);
    let (message, signature) = good.rsplit_once('.').unwrap();
    let mut flipped = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    flipped[40] ^= 1;
    let sign = |header: &str| device.sign(header, &claims);
    use ProofRefused::{Algorithm, Audience, Critical, Form, Header, Key, NoKey, Oversize, Payload, Signature, Type};
    let cases = [
        ("none", sign(&with("alg", json!("none"))), Algorithm),
        ("HS256", sign(&with("alg", json!("HS256"))), Algorithm),
        ("RS256 with a P-256 key", sign(&with("alg", json!("RS256"))), Algorithm),
        ("another type", sign(&with("typ", json!("jwt"))), Type),
        ("critical extensions", sign(&with("crit", json!(["b64"]))), Critical),
        ("no key", sign(&json!({ "alg": "ES256", "typ": "dbsc+jwt" }).to_string()), NoKey),
        ("another curve", sign(&jwk("crv", json!("P-384"))), Key),
        ("another kind", sign(&jwk("kty", json!("OKP"))), Key),
        ("a private key", sign(&jwk("d", json!("AAAA"))), Key),
        ("a short coordinate", sign(&jwk("x", json!("AAAA"))), Key),
        ("a point off the curve", sign(&jwk("x", json!(BASE64URL_NOPAD.encode(&[1; 32])))), Signature),
        ("a short RSA key", sign(&rsa(1024)), Key),
        ("a long RSA key", sign(&rsa(8192)), Key),
        ("a wrong RSA signature", sign(&rsa(2048)), Signature),
        ("a wrong signature", format!("{message}.{}", BASE64URL_NOPAD.encode(&flipped)), Signature),
        ("half a signature", format!("{message}.{}", BASE64URL_NOPAD.encode(&flipped[..32])), Signature),
        ("no signature", format!("{message}."), Signature),
        ("another key's signature", Device::new().sign(&header.to_string(), &claims), Signature),
        ("two parts", message.to_owned(), Form),
        ("four parts", format!("{good}.AAAA"), Form),
        ("padding", format!("{good}="), Form),
        ("too long", format!("{good}{}", "A".repeat(4096)), Oversize),
        ("a repeated member", device.sign(&header.to_string().replacen('{', r#"{"alg":"none","#, 1), &claims), Header),
        ("something behind the header", device.sign(&format!("{header}{{}}"), &claims), Header),
        ("an array for the header", device.sign(r#"["ES256","dbsc+jwt",null,null]"#, &claims), Header),
        ("no claims", device.sign(&header.to_string(), "{}"), Payload),
        ("a repeated claim", device.sign(&header.to_string(), r#"{"jti":"a","jti":"b"}"#), Payload),
        ("a number for the challenge", device.sign(&header.to_string(), r#"{"jti":1}"#), Payload),
        (
            "another audience",
            device.sign(&header.to_string(), &json!({ "jti": jti, "aud": REFRESH }).to_string()),
            Audience,
        ),
    ];
    for (what, proof, reason) in cases {
        match bind(world, &session, &proof).await {
            Err(BindError::Proof(refused)) => assert_eq!(refused, reason, "{what}"),
            other => panic!("{what}: {other:?}"),
        }
    }
    let named = json!({ "jti": jti, "aud": REGISTRATION, "iat": 0, "sub": "anything" }).to_string();
    assert!(bind(world, &session, &device.sign(&header.to_string(), &named)).await.is_ok());
}

#[test]
fn a_proof_that_names_its_session_is_of_that_session_alone() {
    let device = Device::new();
    let registration = device.registration("c");
    let key = ReceivedProof::parse(&registration).unwrap().verify_with_new_key(REGISTRATION).unwrap();
    for (payload, outcome) in [
        (r#"{"jti":"c"}"#, Ok(())),
        (r#"{"jti":"c","sub":"x"}"#, Ok(())),
        (r#"{"jti":"c","sub":"y"}"#, Err(ProofRefused::Subject)),
    ] {
        let proof = device.sign(r#"{"alg":"ES256","typ":"dbsc+jwt"}"#, payload);
        let proof = ReceivedProof::parse(&proof).unwrap();
        assert_eq!(proof.verify_of_key(&key, REGISTRATION, "x"), outcome, "{payload}");
    }
}
