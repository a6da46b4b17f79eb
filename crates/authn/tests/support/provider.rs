//! A provider that signs real ID tokens with real keys, and lies on demand.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use openidconnect::{HttpRequest, HttpResponse};
use postern_authn::sign_in::{CallbackQuery, HttpClient, HttpError};
use postern_model::clock::Clock;
use postern_testkit::clock::ManualClock;
use ring::digest::{SHA256, digest};
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use url::Url;

pub const ISSUER: &str = "https://accounts.google.com";
pub const CLIENT: &str = "client-1";
const ACCESS_TOKEN: &str = "an-access-token";

/// What the provider does to a token before and after signing it.
#[derive(Default)]
pub struct Lie {
    pub header: Option<Box<dyn Fn(&mut Value) + Send>>,
    pub claims: Option<Box<dyn Fn(&mut Value) + Send>>,
    pub token: Option<Box<dyn Fn(String) -> String + Send>>,
    pub sign_with_other_key: bool,
}

type Change = Box<dyn Fn(&mut Value) + Send>;

pub struct FakeProvider {
    clock: ManualClock,
    keys: Vec<(String, RsaKeyPair)>,
    /// Names of the keys that are published.
    pub published: Mutex<Vec<Value>>,
    pub lie: Mutex<Lie>,
    pub down: Mutex<bool>,
    /// Whether requests are never answered.
    pub hangs: AtomicBool,
    /// The path that is answered with 503 and the page of a load balancer, if any.
    pub overloaded: Mutex<Option<&'static str>>,
    pub requests: AtomicU32,
    /// Changes the discovery document.
    pub discovery: Mutex<Option<Change>>,
    pub userinfo: Mutex<Option<Value>>,
    pub key_fetches: AtomicU32,
    codes: Mutex<HashMap<String, Authorization>>,
    next: AtomicU32,
}

struct Authorization {
    nonce: String,
    challenge: String,
}

impl FakeProvider {
    pub fn new(clock: ManualClock) -> Self {
        let load = |der: &[u8]| RsaKeyPair::from_pkcs8(der).unwrap();
        let keys = vec![
            ("a".to_owned(), load(include_bytes!("../keys/a.der"))),
            ("b".to_owned(), load(include_bytes!("../keys/b.der"))),
        ];
        let published = Mutex::new(vec![jwk(&keys[0])]);
        Self {
            clock,
            keys,
            published,
            lie: Mutex::default(),
            down: Mutex::default(),
            hangs: AtomicBool::default(),
            overloaded: Mutex::default(),
            requests: AtomicU32::default(),
            discovery: Mutex::default(),
            userinfo: Mutex::default(),
            key_fetches: AtomicU32::new(0),
            codes: Mutex::default(),
            next: AtomicU32::new(0),
        }
    }

    /// Publishes these keys, with or without their names.
    pub fn publish(&self, names: &[&str], with_kid: bool) {
        let wanted = self.keys.iter().filter(|(name, _)| names.contains(&name.as_str()));
        *self.published.lock().unwrap() = wanted
            .map(|key| {
                let mut jwk = jwk(key);
                if !with_kid {
                    jwk.as_object_mut().unwrap().remove("kid");
                }
                jwk
            })
            .collect();
    }

    /// Plays the person at the provider: agrees, and gives the callback's query.
    pub fn authorize(&self, location: &str) -> CallbackQuery {
        let url = Url::parse(location).unwrap();
        let get = |name: &str| url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        assert_eq!(get("code_challenge_method").as_deref(), Some("S256"));
        let code = format!("code-{}", self.next.fetch_add(1, Ordering::Relaxed));
        let authorization = Authorization { nonce: get("nonce").unwrap(), challenge: get("code_challenge").unwrap() };
        self.codes.lock().unwrap().insert(code.clone(), authorization);
        CallbackQuery { code: Some(code), state: get("state"), iss: None, error: None }
    }

    fn token(&self, form: &HashMap<String, String>) -> HttpResponse {
        let Some(authorization) = self.codes.lock().unwrap().remove(&form["code"]) else {
            return answer(400, &json!({ "error": "invalid_grant" }));
        };
        let hash = digest(&SHA256, form["code_verifier"].as_bytes());
        if BASE64URL_NOPAD.encode(hash.as_ref()) != authorization.challenge {
            return answer(400, &json!({ "error": "invalid_grant" }));
        }
        let body = json!({
            "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 60,
            "id_token": self.id_token(&authorization.nonce),
        });
        answer(200, &body)
    }

    fn id_token(&self, nonce: &str) -> String {
        let now = self.clock.now().as_secs();
        let at_hash = BASE64URL_NOPAD.encode(&digest(&SHA256, ACCESS_TOKEN.as_bytes()).as_ref()[..16]);
        let mut header = json!({ "alg": "RS256", "kid": "a", "typ": "JWT" });
        let mut claims = json!({
            "iss": ISSUER, "aud": CLIENT, "sub": "sub-1", "nonce": nonce, "iat": now, "exp": now + 3600,
            "at_hash": at_hash, "email": "ada@example.com", "email_verified": true, "name": "Ada",
        });
        let lie = self.lie.lock().unwrap();
        if let Some(change) = &lie.header {
            change(&mut header);
        }
        if let Some(change) = &lie.claims {
            change(&mut claims);
        }
        let encode = |value: &Value| BASE64URL_NOPAD.encode(&serde_json::to_vec(value).unwrap());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let key = &self.keys[usize::from(lie.sign_with_other_key)].1;
        let mut signature = vec![0; key.public().modulus_len()];
        #[expect(clippy::disallowed_methods, reason = "PKCS #1 v1.5 signing takes it and does not use it")]
        let random = ring::rand::SystemRandom::new();
        key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
        let token = format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature));
        lie.token.as_ref().map_or(token.clone(), |change| change(token))
    }
}

#[async_trait]
impl HttpClient for FakeProvider {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if self.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        if *self.down.lock().unwrap() {
            return Err(HttpError("connection refused".to_owned()));
        }
        if *self.overloaded.lock().unwrap() == Some(request.uri().path()) {
            return Ok(http::Response::builder().status(503).body(b"<h1>Overloaded</h1>".to_vec()).unwrap());
        }
        Ok(match request.uri().path() {
            "/.well-known/openid-configuration" => {
                let mut document = json!({
                    "issuer": ISSUER,
                    "authorization_endpoint": format!("{ISSUER}/auth"),
                    "token_endpoint": format!("{ISSUER}/token"),
                    "userinfo_endpoint": format!("{ISSUER}/userinfo"),
                    "jwks_uri": format!("{ISSUER}/keys"),
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                });
                if let Some(change) = self.discovery.lock().unwrap().as_ref() {
                    change(&mut document);
                }
                answer(200, &document)
            }
            "/keys" => {
                self.key_fetches.fetch_add(1, Ordering::Relaxed);
                answer(200, &json!({ "keys": *self.published.lock().unwrap() }))
            }
            "/token" => self.token(&url::form_urlencoded::parse(request.body()).into_owned().collect()),
            "/userinfo" => match self.userinfo.lock().unwrap().as_ref() {
                Some(info) => answer(200, info),
                None => answer(404, &json!({})),
            },
            _ => answer(404, &json!({})),
        })
    }
}

fn jwk((name, key): &(String, RsaKeyPair)) -> Value {
    let parts: PublicKeyComponents<Vec<u8>> = key.public().into();
    json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": name,
        "n": BASE64URL_NOPAD.encode(&parts.n), "e": BASE64URL_NOPAD.encode(&parts.e),
    })
}

fn answer(status: u16, body: &Value) -> HttpResponse {
    http::Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(serde_json::to_vec(body).unwrap())
        .unwrap()
}
