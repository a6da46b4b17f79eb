//! ID tokens: an unsigned token is never accepted, and a signed one only with the required claims.

use std::sync::OnceLock;

use data_encoding::BASE64URL_NOPAD;
use http::HeaderMap;
use http::header::{COOKIE, HeaderValue};
use postern_authn::sign_in::{CallbackQuery, Destination};
use postern_model::session::Caller;
use postern_testkit::clock::ManualClock;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use url::Url;

use crate::faces::runtime;
use crate::fixture::{CLIENT, Fixture, ISSUER};

struct Provider {
    fixture: Fixture,
    key: RsaKeyPair,
}

/// Takes a header in the first line and claims in the rest, which the provider signs (`{nonce}` is replaced with the
/// nonce of the sign-in), or a whole token if there is one line only.
pub fn verify(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let provider = provider();
    let fixture = &provider.fixture;
    let begun = runtime().block_on(fixture.sign_in.begin(&Destination::Dashboard, &HeaderMap::new())).expect("a begin");
    let location = Url::parse(&begun.location).expect("a URL");
    let get = |name: &str| location.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let nonce = get("nonce").expect("a nonce");
    let signed = text.split_once('\n').map(|(header, claims)| (header, claims.replace("{nonce}", &nonce)));
    let token = match &signed {
        Some((header, claims)) => provider.sign(header, claims),
        None => text.to_owned(),
    };
    *fixture.provider.id_token.lock().expect("no panic before") = token;

    let set = begun.set_cookies[0].to_str().expect("visible ASCII").split(';').next().unwrap_or_default();
    let jar = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(set).expect("a cookie"))]);
    let query = CallbackQuery { code: Some("code".to_owned()), state: get("state"), iss: None, error: None };
    let finished = runtime().block_on(fixture.sign_in.finish(&query, &jar, &Caller::default(), None));
    let Ok(signed_in) = finished.outcome else { return };

    let (header, claims) = signed.expect("a token that nobody signed was taken");
    let header: Value = serde_json::from_str(header).expect("a header in JSON");
    let claims: Value = serde_json::from_str(&claims).expect("claims in JSON");
    let now = ManualClock::START.as_secs();
    assert_eq!(header["alg"], "RS256");
    for bringing in ["jwk", "jku", "x5u", "x5c", "crit"] {
        assert!(header[bringing].is_null(), "a header that brings {bringing}");
    }
    let issuer = claims["iss"].as_str().expect("an issuer").trim_end_matches('/');
    assert!([ISSUER, "accounts.google.com"].contains(&issuer));
    assert!(claims["aud"] == CLIENT || claims["aud"] == json!([CLIENT]), "meant for {}", claims["aud"]);
    assert!(claims["azp"].is_null() || claims["azp"] == CLIENT);
    assert_eq!(claims["nonce"], nonce.as_str());
    assert!(claims["exp"].as_i64().is_some_and(|exp| exp > now - 60));
    assert!(claims["iat"].as_i64().is_some_and(|iat| (now - 600..=now + 60).contains(&iat)));
    assert!(claims["nbf"].as_i64().is_none_or(|nbf| nbf <= now + 60));
    assert_eq!(claims["email_verified"], true);
    assert!(claims["hd"].as_str().is_some_and(|domain| domain.eq_ignore_ascii_case("example.com")));
    assert!(claims["sub"].as_str().is_some_and(|subject| !subject.is_empty()));
    assert!(signed_in.view.session.second_factor.is_none(), "the provider is one factor, whatever it says");
    assert_eq!(signed_in.view.user.subject.as_deref(), claims["sub"].as_str());
}

fn provider() -> &'static Provider {
    static PROVIDER: OnceLock<Provider> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        let key = RsaKeyPair::from_pkcs8(include_bytes!("../../crates/authn/tests/keys/a.der")).expect("a key");
        let parts: PublicKeyComponents<Vec<u8>> = key.public().into();
        let jwk = json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "a",
            "n": BASE64URL_NOPAD.encode(&parts.n), "e": BASE64URL_NOPAD.encode(&parts.e),
        });
        Provider { fixture: Fixture::new(vec![jwk]), key }
    })
}

impl Provider {
    fn sign(&self, header: &str, claims: &str) -> String {
        let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        #[expect(clippy::disallowed_methods, reason = "PKCS #1 v1.5 signing takes it and does not use it")]
        let random = ring::rand::SystemRandom::new();
        self.key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).expect("a signature");
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}
