//! The sample backend behind something that signs as the gateway does.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use crate::browser::{Browser, Reply};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use postern_demo::backend::{self, Settings};
use postern_demo::net::{self, Server};
use postern_keystore::{ASSERTION_TYPE, SigningAlgorithm, SigningKey, jwks};
use postern_model::ExposeSecret;
use postern_model::clock::{Clock, Timestamp};
use serde_json::{Value, json};

struct ManualClock(AtomicI64);

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.0.load(Ordering::SeqCst))
    }
}

struct Scene {
    gateway: String,
    fetches: Arc<AtomicUsize>,
    clock: Arc<ManualClock>,
    backend: Server,
    _keys: Server,
}

const NOW: i64 = 1_767_225_600;

fn signing_key() -> SigningKey {
    SigningKey::from_pkcs8(
        SigningAlgorithm::Es256,
        SigningKey::generate(SigningAlgorithm::Es256).unwrap().1.expose_secret(),
    )
    .unwrap()
}

/// A backend whose gateway publishes `key`.
async fn scene(key: &SigningKey) -> Scene {
    let fetches = Arc::new(AtomicUsize::new(0));
    let (set, count) = (jwks([key.public_jwk()]).to_string(), Arc::clone(&fetches));
    let keys = Server::start(net::listen(0).await.unwrap(), move |request: Request<Bytes>| {
        let (set, count) = (set.clone(), Arc::clone(&count));
        async move {
            assert_eq!(request.uri().path(), "/postern/jwks.json");
            count.fetch_add(1, Ordering::SeqCst);
            Response::new(Full::from(set))
        }
    });
    let keys = keys.unwrap();
    let gateway = format!("http://{}", keys.address());
    let clock = Arc::new(ManualClock(AtomicI64::new(NOW)));
    let settings = Settings { gateway: gateway.clone(), audience: "demo".to_owned() };
    let backend = backend::start_on(net::listen(0).await.unwrap(), settings, clock.clone()).unwrap();
    Scene { gateway, fetches, clock, backend, _keys: keys }
}

impl Scene {
    fn assertion(&self, key: &SigningKey) -> String {
        let claims = json!({
            "iss": self.gateway, "aud": "demo", "sub": "1", "email": "ada@example.com", "name": "Ada Lovelace",
            "amr": ["google", "otp"], "auth_time": NOW, "sid": "s", "iat": NOW, "nbf": NOW, "exp": NOW + 60, "jti": "j",
        });
        key.sign(ASSERTION_TYPE, &claims).unwrap()
    }

    async fn get(&self, path: &str, assertions: &[&str]) -> Reply {
        let url = format!("http://{}{path}", self.backend.address());
        let headers: Vec<_> = assertions.iter().map(|value| ("x-auth-assertion", *value)).collect();
        Browser::new().get_with(&url, &headers).await
    }

    /// Whether the backend believes these assertions, and why not.
    async fn echo(&self, assertions: &[&str]) -> Value {
        self.get("/api/echo?a=b", assertions).await.json()["assertion"].clone()
    }
}

#[tokio::test]
async fn a_signed_person_is_greeted_and_the_keys_are_fetched_once() {
    let key = signing_key();
    let scene = scene(&key).await;
    let token = scene.assertion(&key);
    for _ in 0..3 {
        let page = scene.get("/any/path?x=1", &[&token]).await;
        assert!(page.body.contains("Signature verified") && page.body.contains("Hello, Ada"));
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    }
    assert_eq!(scene.echo(&[&token]).await["claims"]["email"], "ada@example.com");
    assert_eq!(scene.fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn whatever_is_not_signed_for_it_is_not_believed() {
    let key = signing_key();
    let scene = scene(&key).await;
    let token = scene.assertion(&key);
    let (head, signature) = token.rsplit_once('.').unwrap();
    let foreign = scene.assertion(&signing_key());
    let cases: [(&[&str], &str); 5] = [
        (&[], "no assertion"),
        (&["rubbish"], "malformed"),
        (&[&token, &token], "malformed"),
        (&[&foreign], "does not publish"),
        (&[&format!("{head}x.{signature}")], "signature"),
    ];
    for (assertions, reason) in cases {
        let echo = scene.echo(assertions).await;
        assert_eq!(echo["verified"], false);
        assert!(echo["reason"].as_str().unwrap().contains(reason), "{echo}");
    }
    scene.clock.0.store(NOW + 121, Ordering::SeqCst);
    assert!(scene.echo(&[&token]).await["reason"].as_str().unwrap().contains("expired"));
}

#[tokio::test]
async fn made_up_keys_cause_no_flood_of_fetches() {
    let key = signing_key();
    let scene = scene(&key).await;
    let foreign = scene.assertion(&signing_key());
    for _ in 0..20 {
        assert_eq!(scene.echo(&[&foreign]).await["verified"], false);
    }
    assert_eq!(scene.fetches.load(Ordering::SeqCst), 1);
    scene.clock.0.fetch_add(2, Ordering::SeqCst);
    scene.echo(&[&foreign]).await;
    assert_eq!(scene.fetches.load(Ordering::SeqCst), 2, "later it looks again: keys rotate");
}
