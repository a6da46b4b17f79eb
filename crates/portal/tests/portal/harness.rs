//! A portal with everything real behind it but the provider.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use postern_authn::access::Policy;
use postern_authn::factors::PasskeySettings;
use postern_authn::sign_in::{AccessPolicy, ProviderSettings, SignIn};
use postern_authn::subject::Subject;
use postern_authn::{Authn, Settings};
use postern_keystore::{BackupFormat, CookieScope, Cost, Keyring, MasterKey, SessionCookie, SessionToken};
use postern_model::access::{FactorDemand, SecondFactorPolicy};
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::id::SessionId;
use postern_model::session::{Caller, NewSession, Vouched};
use postern_model::store::{Store, UserStore};
use postern_model::ticket::TicketPolicy;
use postern_model::user::ProviderIdentity;
use postern_model::web::{Cors, LegacySite, Refused, Site};
use postern_portal::language::Languages;
use postern_portal::{Portal, PortalSettings};
use postern_store::{PostgresOptions, PostgresStore, SqliteStore};
use postern_testkit::clock::ManualClock;
use postern_testkit::entropy::SeededEntropy;

use crate::interleaved_store::{InterleavedStore, Interleaving};
use crate::outbox::Outbox;
use crate::provider::{self, Provider};
use crate::setup::{Ground, Setup};

pub(crate) const ORIGIN: &str = "http://localhost:8080";
pub(crate) const DASHBOARD: &str = "http://localhost:5173";
pub(crate) const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0";

/// A portal and its surroundings.
pub(crate) struct Gate {
    pub(crate) portal: Arc<Portal>,
    pub(crate) authn: Arc<Authn>,
    pub(crate) store: SqliteStore,
    pub(crate) clock: ManualClock,
    pub(crate) provider: Arc<Provider>,
    pub(crate) outbox: Arc<Outbox>,
    /// Codes that went by SMS.
    pub(crate) texts: Arc<Outbox>,
    pub(crate) interleaving: Interleaving,
    keyring: Arc<Keyring>,
    entropy: Arc<dyn Entropy>,
}

/// An enrolled person: the secret, the backup codes, and a session that is complete.
pub(crate) struct Enrolled {
    pub(crate) secret: String,
    pub(crate) codes: Vec<String>,
    pub(crate) token: SessionToken,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The reason that the log gets, of a refusal.
    pub(crate) reason: Option<&'static str>,
}

impl Answer {
    pub(crate) async fn read(response: Response<Full<Bytes>>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let reason = parts.extensions.get::<Refused>().map(|refused| refused.code);
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Self { status: parts.status, headers: parts.headers, text, reason }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The session token that this answer sets.
    pub(crate) fn token(&self) -> Option<SessionToken> {
        let cookies = self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
        let value = cookies.filter_map(|cookie| cookie.strip_prefix("postern=")).next()?;
        SessionToken::parse(value.split(';').next()?)
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let rest = self.text.split(&mark).nth(1).unwrap_or_else(|| panic!("no {name} in {}", self.text));
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Gate {
    /// A portal with this setup, on a store without a schema.
    pub(crate) fn build(second_factor: SecondFactorPolicy, setup: Setup<'_>) -> Self {
        let Setup { challenge, hosts, cookie_domain, ground, trusted_devices, passkeys, device_binding } = setup;
        let (clock, entropy, store, keyring) = match &ground {
            Ground::WithoutCodes(gate) => {
                (gate.clock.clone(), Arc::clone(&gate.entropy), gate.store.clone(), Arc::clone(&gate.keyring))
            }
            Ground::Empty | Ground::Away(_) => {
                let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
                let store = SqliteStore::open_in_memory(Arc::clone(&entropy)).unwrap();
                let master = MasterKey::from_base64(&MasterKey::generate(entropy.as_ref())).unwrap();
                let keyring = Arc::new(Keyring::new(master, Vec::new()).with_backup_cost(Cost::CHEAP));
                (ManualClock::default(), entropy, store, keyring)
            }
        };
        let sends = !matches!(ground, Ground::WithoutCodes(_));
        let cached = match ground {
            Ground::Away(session) => Some(session),
            Ground::Empty | Ground::WithoutCodes(_) => None,
        };
        let settings = Settings {
            policy: Policy { second_factor, ..Policy::default() },
            tickets: TicketPolicy::default(),
            totp_issuer: "NetPilot".to_owned(),
            backup_format: BackupFormat::NetPilot,
            passkeys: passkeys.then(|| PasskeySettings {
                relying_party: "localhost".to_owned(),
                name: "NetPilot".to_owned(),
                origin: ORIGIN.to_owned(),
                require_verification: false,
            }),
            trusted_devices,
            device_binding,
            hash_slots: 2,
        };
        let now: Arc<dyn Clock> = Arc::new(clock.clone());
        let ports: Arc<dyn Store> = match &cached {
            None => Arc::new(store.clone()),
            // A server that nobody listens for.
            Some(_) => {
                let options = PostgresOptions::new("postgres://postern@127.0.0.1:1/postern".to_owned().into());
                Arc::new(PostgresStore::connect(&options, Arc::clone(&entropy)).unwrap())
            }
        };
        let interleaving = Interleaving::default();
        let ports = Arc::new(InterleavedStore { store: ports, interleaving: interleaving.clone() });
        let outbox = Arc::new(Outbox::default());
        let authn = Authn::new(ports, Arc::clone(&keyring), now, Arc::clone(&entropy), settings);
        let texts = Arc::new(Outbox::default());
        let authn = authn.with_code_sender(sends.then(|| Arc::clone(&outbox) as _));
        let authn = Arc::new(authn.with_sms_sender(sends.then(|| Arc::clone(&texts) as _)));
        let legacy = LegacySite { frontend_url: DASHBOARD.parse().unwrap(), second_factor: challenge };
        let site = Site::new(
            ORIGIN.parse().unwrap(),
            "/postern",
            hosts.iter().map(|host| host.parse().unwrap()).collect(),
            Some(legacy),
        );
        let site = Arc::new(site.telling_related_origins(!hosts.is_empty()));
        let scope = CookieScope { domain: cookie_domain, ..CookieScope::default() };
        let cookie = SessionCookie::scoped("postern", false, scope).unwrap();
        let provider = Arc::new(Provider::new(clock.clone()));
        let settings_of_provider = ProviderSettings {
            issuer: provider::ISSUER.parse().unwrap(),
            client_id: provider::CLIENT.to_owned(),
            client_secret: "secret".to_owned().into(),
            hosted_domain_hint: None,
            prompt: None,
        };
        let access = AccessPolicy { anyone: true, ..AccessPolicy::default() };
        let sign_in = Arc::new(SignIn::new(
            Arc::clone(&authn),
            Arc::clone(&site),
            settings_of_provider,
            access,
            cookie.clone(),
            Arc::clone(&provider) as _,
        ));
        let settings = PortalSettings {
            product: "NetPilot".to_owned(),
            provider: "Google".to_owned(),
            brand: Arc::default(),
            languages: Languages::default(),
            cookie,
            cors: Cors::new(vec![DASHBOARD.parse().unwrap()]),
            form_targets: vec!["http://localhost:8081".parse().unwrap()],
            hsts: true,
            outage_sessions: Arc::new(move |_| {
                let cached = cached.clone().map(|view| view as Arc<dyn Subject + Send>);
                Box::pin(async move { cached })
            }),
            demands: Arc::new(|url| match url {
                url if url.starts_with("/guarded") => Some(FactorDemand::Any),
                url if url.starts_with("/vault") => Some(FactorDemand::PhishingResistant),
                _ => None,
            }),
            jwks: Arc::new(|| r#"{"keys":[]}"#.to_owned()),
            jwks_max_age: 300,
        };
        let portal = Arc::new(Portal::new(Arc::clone(&authn), sign_in, site, settings, Arc::clone(&entropy)));
        Self { portal, authn, store, clock, provider, outbox, texts, interleaving, keyring, entropy }
    }

    /// A first-factor session of a person for whose address the provider vouched, so that codes can be sent there.
    pub(crate) async fn sign_in_vouched(&self, email: &str) -> SessionToken {
        let vouched = Vouched { email: Some(email.to_owned()), ..Vouched::default() };
        self.begin_session(email, "Ada Lovelace", BROWSER, vouched).await
    }

    /// A first-factor session of a person.
    pub(crate) async fn sign_in(&self, email: &str) -> SessionToken {
        self.sign_in_as(email, "Ada Lovelace", BROWSER).await
    }

    /// The same with a name and a user agent.
    pub(crate) async fn sign_in_as(&self, email: &str, name: &str, agent: &str) -> SessionToken {
        self.begin_session(email, name, agent, Vouched::default()).await
    }

    async fn begin_session(&self, email: &str, name: &str, agent: &str, vouched: Vouched) -> SessionToken {
        let identity = ProviderIdentity {
            issuer: provider::ISSUER.to_owned(),
            subject: provider::subject(email),
            email: email.to_owned(),
            full_name: Some(name.to_owned()),
            avatar_url: Some("https://example.com/ada.png".to_owned()),
            may_link: false,
        };
        let token = SessionToken::draw(self.entropy.as_ref());
        let session = NewSession {
            id: SessionId::draw(self.entropy.as_ref()),
            token: token.hash(),
            at: self.authn.now(),
            caller: Caller::new(Some(address()), Some(agent)),
            vouched,
            replaces: None,
        };
        self.store.sign_in(&identity, &session).await.unwrap();
        token
    }

    /// Enrols the person of a session, without the portal.
    pub(crate) async fn enrol(&self, token: &SessionToken) -> Enrolled {
        use postern_model::ExposeSecret;
        let view = self.authn.session(token).await.unwrap().unwrap();
        let offer = self.authn.begin_enrolment(&view, None, &Caller::default()).await.unwrap();
        let secret = offer.secret_base32.expose_secret().to_owned();
        let done = self.authn.confirm_enrolment(&view, None, &self.code(&secret), &Caller::default()).await.unwrap();
        Enrolled { secret, codes: done.backup_codes, token: done.token }
    }

    /// An enrolled person whose next code is a fresh one.
    pub(crate) async fn enrolled(&self, email: &str) -> Enrolled {
        let token = self.sign_in(email).await;
        let enrolled = self.enrol(&token).await;
        self.clock.advance(Duration::from_secs(30));
        enrolled
    }

    /// The code of a secret now.
    pub(crate) fn code(&self, secret: &str) -> String {
        let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
        totp.generate(self.authn.now().unix_time()).to_string()
    }

    /// Sends one request.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        Answer::read(self.respond(request).await).await
    }

    /// The answer to a request, as it is handed on.
    pub(crate) async fn respond(&self, request: Request<Full<Bytes>>) -> Response<Full<Bytes>> {
        self.portal.respond(request, caller()).await
    }

    /// A navigation, with a session or without.
    pub(crate) async fn get(&self, path: &str, token: Option<&SessionToken>) -> Answer {
        self.send(request("GET", path, token).header("sec-fetch-mode", "navigate").body(Full::default()).unwrap()).await
    }

    /// A form of ours.
    pub(crate) async fn post(&self, path: &str, token: Option<&SessionToken>, fields: &[(&str, &str)]) -> Answer {
        self.send(form(path, token, fields)).await
    }

    /// A call of the dashboard, with a JSON body unless it is `null`.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&SessionToken>,
        body: serde_json::Value,
    ) -> Answer {
        let request = request(method, path, token).header("origin", DASHBOARD).header("sec-fetch-mode", "cors");
        let request = match body {
            serde_json::Value::Null => request.body(Full::default()),
            body => request.header("content-type", "application/json").body(Full::from(body.to_string())),
        };
        self.send(request.unwrap()).await
    }

    /// The token that forms of a session carry.
    pub(crate) async fn csrf(&self, token: &SessionToken) -> String {
        let view = self.authn.session(token).await.unwrap().unwrap();
        self.authn.csrf_token(view.session.id)
    }
}

/// The submission of a form of ours.
pub(crate) fn form(path: &str, token: Option<&SessionToken>, fields: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = request("POST", path, token)
        .header("origin", ORIGIN)
        .header("sec-fetch-mode", "navigate")
        .header("content-type", "application/x-www-form-urlencoded");
    request.body(Full::from(body)).unwrap()
}

/// A request with a session cookie.
pub(crate) fn request(method: &str, path: &str, token: Option<&SessionToken>) -> http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    match token {
        Some(token) => request.header(COOKIE, format!("postern={}", token.to_text())),
        None => request,
    }
}

/// Who sends the requests.
pub(crate) fn caller() -> Caller {
    Caller::new(Some(address()), Some(BROWSER))
}

fn address() -> IpAddr {
    "192.0.2.7".parse().unwrap()
}
