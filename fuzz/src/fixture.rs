//! Sign-in with real components, except for the provider, whose responses the target chooses.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::{Request, Response};
use postern_authn::access::Policy;
use postern_authn::device_binding::DeviceBindingSettings;
use postern_authn::sign_in::{AccessPolicy, HttpClient, HttpError, ProviderSettings, SignIn};
use postern_authn::{Authn, Settings};
use postern_keystore::{BackupFormat, Cost, Keyring, MasterKey, SessionCookie};
use postern_model::ticket::TicketPolicy;
use postern_model::web::{ChallengeUi, LegacySite, Site};
use postern_store::SqliteStore;
use postern_testkit::clock::ManualClock;
use postern_testkit::entropy::SeededEntropy;
use serde_json::{Value, json};

use crate::faces::runtime;

pub(crate) const ORIGIN: &str = "http://localhost:8080";
pub(crate) const DASHBOARD: &str = "http://localhost:5173";
pub(crate) const ISSUER: &str = "https://accounts.google.com";
pub(crate) const CLIENT: &str = "client-1";

pub(crate) struct Fixture {
    pub(crate) authn: Arc<Authn>,
    pub(crate) store: SqliteStore,
    pub(crate) site: Arc<Site>,
    pub(crate) cookie: SessionCookie,
    pub(crate) sign_in: Arc<SignIn>,
    pub(crate) provider: Arc<Provider>,
}

/// Serves discovery, publishes `keys`, and returns `id_token` for every code.
#[derive(Default)]
pub(crate) struct Provider {
    pub(crate) keys: Vec<Value>,
    pub(crate) id_token: Mutex<String>,
}

impl Fixture {
    pub(crate) fn new(keys: Vec<Value>) -> Self {
        let entropy = Arc::new(SeededEntropy::new(7));
        let store = SqliteStore::open_in_memory(Arc::clone(&entropy) as _).expect("a store");
        runtime().block_on(store.migrate()).expect("a schema");
        let master = MasterKey::from_base64(&MasterKey::generate(entropy.as_ref())).expect("a key");
        let keyring = Keyring::new(master, Vec::new()).with_backup_cost(Cost::CHEAP);
        let settings = Settings {
            passkeys: None,
            policy: Policy::default(),
            tickets: TicketPolicy::OnDemand,
            totp_issuer: "NetPilot".to_owned(),
            backup_format: BackupFormat::NetPilot,
            trusted_devices: None,
            device_binding: DeviceBindingSettings::OFFER,
            hash_slots: 2,
        };
        let clock = Arc::new(ManualClock::default());
        let authn = Arc::new(Authn::new(Arc::new(store.clone()), Arc::new(keyring), clock, entropy, settings));
        let legacy =
            LegacySite { frontend_url: DASHBOARD.parse().expect("a URL"), second_factor: ChallengeUi::Dashboard };
        let site = Arc::new(Site::new(ORIGIN.parse().expect("an origin"), "/postern", Vec::new(), Some(legacy)));
        let cookie = SessionCookie::new("postern", false).expect("a name");
        let provider = Arc::new(Provider { keys, id_token: Mutex::default() });
        let client = ProviderSettings {
            issuer: ISSUER.parse().expect("a URL"),
            client_id: CLIENT.to_owned(),
            client_secret: "secret".into(),
            hosted_domain_hint: None,
            prompt: None,
        };
        let access = AccessPolicy { domains: vec!["example.com".to_owned()], ..AccessPolicy::default() };
        let http = Arc::clone(&provider) as Arc<dyn HttpClient>;
        let sign_in = SignIn::new(Arc::clone(&authn), Arc::clone(&site), client, access, cookie.clone(), http);
        Self { authn, store, site, cookie, sign_in: Arc::new(sign_in), provider }
    }
}

#[async_trait]
impl HttpClient for Provider {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        let document = match request.uri().path() {
            "/.well-known/openid-configuration" => json!({
                "issuer": ISSUER,
                "authorization_endpoint": format!("{ISSUER}/auth"),
                "token_endpoint": format!("{ISSUER}/token"),
                "jwks_uri": format!("{ISSUER}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }),
            "/keys" => json!({ "keys": self.keys }),
            _ => json!({
                "access_token": "an-access-token",
                "token_type": "Bearer",
                "id_token": *self.id_token.lock().expect("no panic before"),
            }),
        };
        let mut answer = Response::new(document.to_string().into_bytes());
        answer.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
        Ok(answer)
    }
}
