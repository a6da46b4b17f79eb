//! A provider that signs real ID tokens, and believes everybody.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use http::{Request, Response};
use postern_authn::sign_in::{HttpClient, HttpError};
use postern_model::clock::Clock;
use postern_testkit::clock::ManualClock;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use url::Url;

pub(crate) const ISSUER: &str = "http://localhost:8081";
pub(crate) const CLIENT: &str = "client";

/// The subject of the person with this address.
pub(crate) fn subject(email: &str) -> String {
    format!("sub-{email}")
}

/// The provider.
pub(crate) struct Provider {
    clock: ManualClock,
    key: RsaKeyPair,
    /// The claims of the token that a code is exchanged for.
    codes: Mutex<HashMap<String, Value>>,
}

impl Provider {
    pub(crate) fn new(clock: ManualClock) -> Self {
        let key = RsaKeyPair::from_pkcs8(include_bytes!("../../../authn/tests/keys/a.der")).unwrap();
        Self { clock, key, codes: Mutex::default() }
    }

    /// Plays a person at the provider, where this URL led the browser; gives the query with which it comes back.
    pub(crate) fn authorize(&self, location: &str, email: &str) -> String {
        let url = Url::parse(location).unwrap();
        let get = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        let now = self.clock.now().as_secs();
        let claims = json!({
            "iss": ISSUER, "aud": CLIENT, "sub": subject(email), "nonce": get("nonce"), "iat": now, "exp": now + 3600,
            "email": email, "email_verified": true, "name": "Ada Lovelace",
        });
        let mut codes = self.codes.lock().unwrap();
        let code = format!("code-{}", codes.len());
        codes.insert(code.clone(), claims);
        let query = [("code", code), ("state", get("state"))];
        form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish()
    }

    fn token(&self, claims: &Value) -> String {
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", encode(&json!({ "alg": "RS256", "kid": "a", "typ": "JWT" })), encode(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        #[expect(clippy::disallowed_methods, reason = "PKCS #1 v1.5 signing takes it and does not use it")]
        let random = ring::rand::SystemRandom::new();
        self.key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    fn exchange(&self, body: &[u8]) -> Value {
        let code = form_urlencoded::parse(body).find(|(name, _)| name == "code").unwrap().1.into_owned();
        let claims = self.codes.lock().unwrap().remove(&code).unwrap();
        json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": self.token(&claims) })
    }

    fn keys(&self) -> Value {
        let parts: PublicKeyComponents<Vec<u8>> = self.key.public().into();
        let (n, e) = (BASE64URL_NOPAD.encode(&parts.n), BASE64URL_NOPAD.encode(&parts.e));
        json!({ "keys": [{ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "a", "n": n, "e": e }] })
    }
}

#[async_trait]
impl HttpClient for Provider {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        let document = match request.uri().path() {
            "/token" => self.exchange(request.body()),
            "/jwks" => self.keys(),
            _ => json!({
                "issuer": ISSUER,
                "authorization_endpoint": format!("{ISSUER}/auth"),
                "token_endpoint": format!("{ISSUER}/token"),
                "jwks_uri": format!("{ISSUER}/jwks"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }),
        };
        let answer = Response::builder().header("content-type", "application/json");
        Ok(answer.body(document.to_string().into_bytes()).unwrap())
    }
}
