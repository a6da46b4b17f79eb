//! A whole world for the tests of this crate: a store in memory, a clock and an entropy source that stand still, and a
//! provider that can be made to lie.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::type_complexity,
    reason = "each test binary uses its own part of this"
)]

pub mod app;
pub mod outbox;
pub mod provider;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use http::header::{COOKIE, HeaderValue};
use postern_authn::access::Policy;
use postern_authn::device_binding::DeviceBindingSettings;
use postern_authn::factors::PasskeySettings;
use postern_authn::sign_in::{
    AccessPolicy, Begun, CallbackQuery, Destination, Finished, ProviderSettings, SignIn, SignedIn,
};
use postern_authn::{AuditCounts, Authn, DeviceCounts, Settings};
use postern_keystore::{BackupFormat, Cost, Keyring, MasterKey, SessionCookie};
use postern_model::SecretString;
use postern_model::access::SecondFactorPolicy;
use postern_model::audit::AuditKind;
use postern_model::id::UserId;
use postern_model::sent_code::CodeSender;
use postern_model::session::Caller;
use postern_model::store::{AuditStore, Store};
use postern_model::ticket::TicketPolicy;
use postern_model::web::Site;
use postern_store::SqliteStore;
use postern_testkit::clock::ManualClock;
use postern_testkit::entropy::SeededEntropy;
use tokio_util::task::TaskTracker;
use url::Url;

use provider::FakeProvider;

/// How long devices can be trusted.
pub const DEVICE_TRUST: Duration = Duration::from_secs(30 * 86_400);

pub struct World {
    pub store: Arc<SqliteStore>,
    pub clock: ManualClock,
    pub authn: Arc<Authn>,
    pub deliveries: TaskTracker,
    pub counts: Arc<AuditCounts>,
    pub device_counts: Arc<DeviceCounts>,
    pub provider: Arc<FakeProvider>,
    pub sign_in: SignIn,
    keyring: Arc<Keyring>,
    settings: Settings,
    pub site: Arc<Site>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(SecondFactorPolicy::Required, AccessPolicy { anyone: true, ..AccessPolicy::default() }).await
    }

    /// A world whose store is in a file, so that somebody else can write to it.
    pub async fn in_file(path: &Path) -> Self {
        let store = SqliteStore::open(path, Arc::new(SeededEntropy::new(2))).unwrap();
        let access = AccessPolicy { anyone: true, ..AccessPolicy::default() };
        Self::on(store, SecondFactorPolicy::Required, access).await
    }

    pub async fn with(policy: SecondFactorPolicy, access: AccessPolicy) -> Self {
        Self::on(SqliteStore::open_in_memory(Arc::new(SeededEntropy::new(2))).unwrap(), policy, access).await
    }

    async fn on(store: SqliteStore, policy: SecondFactorPolicy, access: AccessPolicy) -> Self {
        let store = Arc::new(store);
        store.migrate().await.unwrap();
        let clock = ManualClock::default();
        let master = MasterKey::from_base64(&MasterKey::generate(&SeededEntropy::new(7))).unwrap();
        let keyring = Arc::new(Keyring::new(master, Vec::new()).with_backup_cost(Cost::CHEAP));
        let settings = Settings {
            policy: Policy { second_factor: policy, ..Policy::default() },
            tickets: TicketPolicy::default(),
            totp_issuer: "NetPilot".to_owned(),
            backup_format: BackupFormat::NetPilot,
            passkeys: Some(PasskeySettings {
                relying_party: "example.com".to_owned(),
                name: "NetPilot".to_owned(),
                origin: "https://example.com".to_owned(),
                require_verification: false,
            }),
            trusted_devices: Some(DEVICE_TRUST),
            device_binding: DeviceBindingSettings::OFFER,
            hash_slots: 2,
        };
        let (clock_of_authn, entropy) = (Arc::new(clock.clone()), Arc::new(SeededEntropy::new(1)));
        let (keys, kept) = (Arc::clone(&keyring), settings.clone());
        let authn = Authn::new(Arc::clone(&store) as Arc<dyn Store>, keyring, clock_of_authn, entropy, settings);
        let (counts, device_counts) = (Arc::new(AuditCounts::default()), Arc::new(DeviceCounts::default()));
        let authn = authn.with_counts(Arc::clone(&counts)).with_device_counts(Arc::clone(&device_counts));
        let authn = Arc::new(authn);
        let site = Arc::new(Site::new("https://app.example".parse().unwrap(), "/postern", Vec::new(), None));
        let provider = Arc::new(FakeProvider::new(clock.clone()));
        let sign_in = SignIn::new(
            Arc::clone(&authn),
            Arc::clone(&site),
            ProviderSettings {
                issuer: Url::parse(provider::ISSUER).unwrap(),
                client_id: provider::CLIENT.to_owned(),
                client_secret: SecretString::from("the-client-secret"),
                hosted_domain_hint: None,
                prompt: None,
            },
            access,
            SessionCookie::new("postern", true).unwrap(),
            Arc::clone(&provider) as _,
        );
        let deliveries = TaskTracker::new();
        Self {
            store,
            clock,
            authn,
            deliveries,
            counts,
            device_counts,
            provider,
            sign_in,
            keyring: keys,
            settings: kept,
            site,
        }
    }

    /// The same world with another sender of codes, and a provider that speaks for the addresses of its people.
    pub fn sending(self, sender: Option<Arc<dyn CodeSender>>) -> Self {
        self.sending_both(sender, None)
    }

    /// The same with a sender for mail and one for SMS.
    pub fn sending_both(self, mail: Option<Arc<dyn CodeSender>>, sms: Option<Arc<dyn CodeSender>>) -> Self {
        self.provider.lie.lock().unwrap().claims = Some(Box::new(|claims| claims["hd"] = "example.com".into()));
        let (clock, entropy) = (Arc::new(self.clock.clone()), Arc::new(SeededEntropy::new(3)));
        let (store, keyring) = (Arc::clone(&self.store) as Arc<dyn Store>, Arc::clone(&self.keyring));
        let authn = Authn::new(store, keyring, clock, entropy, self.settings.clone());
        let authn = authn.with_counts(Arc::clone(&self.counts)).with_code_sender(mail).with_sms_sender(sms);
        let authn = Arc::new(authn.with_deliveries(self.deliveries.clone()));
        Self { authn, ..self }
    }

    /// How many events of this kind were written, those of strangers included.
    pub fn events(&self, kind: AuditKind) -> u64 {
        self.counts.each().find(|(known, _)| *known == kind).unwrap().1
    }

    /// The kinds and details of a user's events, newest first.
    pub async fn events_of(&self, user: UserId) -> Vec<(AuditKind, Option<String>)> {
        let events = self.store.recent(user, None, 100).await.unwrap();
        events.into_iter().map(|event| (event.kind, event.detail)).collect()
    }

    pub async fn begin(&self, to: &str) -> Begun {
        let destination = Destination::Url(self.site.return_url(to).unwrap());
        self.sign_in.begin(&destination, &HeaderMap::new()).await.unwrap()
    }

    /// Begins a sign-in, lets the provider answer it, and brings the answer back in the same browser.
    pub async fn try_sign_in(&self) -> Finished {
        let begun = self.begin("/reports?day=1").await;
        let query = self.provider.authorize(&begun.location);
        self.sign_in.finish(&query, &jar(&begun), &Caller::default(), None).await
    }

    pub async fn sign_in(&self) -> SignedIn {
        self.try_sign_in().await.outcome.unwrap()
    }
}

/// The cookies that a browser sends back after `begun`.
pub fn jar(begun: &Begun) -> HeaderMap {
    let cookie = begun.set_cookies[0].to_str().unwrap().split(';').next().unwrap().to_owned();
    HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&cookie).unwrap())])
}

/// The query of a callback.
pub fn query(state: &str, code: &str) -> CallbackQuery {
    CallbackQuery { code: Some(code.to_owned()), state: Some(state.to_owned()), iss: None, error: None }
}
