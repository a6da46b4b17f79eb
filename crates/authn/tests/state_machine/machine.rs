//! The gateway's side: two replicas of `Authn` on one store, and what the person and their devices remember.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use postern_authn::access::{Decision, Demand, Policy, decide};
use postern_authn::device_binding::DeviceBindingSettings;
use postern_authn::factors::{DeviceOutcome, Elevated, FactorError, Submitted};
use postern_authn::{Authn, Settings};
use postern_keystore::{BackupFormat, Cost, DeviceSecret, FernetKey, Keyring, MasterKey};
use postern_model::access::{Access, SecondFactorPolicy, SessionLimits};
use postern_model::clock::Clock;
use postern_model::entropy::draw;
use postern_model::factor::{SecondFactor, StoredFactors};
use postern_model::id::{SessionId, UserId};
use postern_model::session::{Caller, NewSession, SessionView, TokenHash, Vouched};
use postern_model::store::Store;
use postern_model::ticket::TicketPolicy;
use postern_model::trusted_device::DeviceSelection;
use postern_model::{ExposeSecret, SecretString};
use postern_testkit::clock::ManualClock;
use postern_testkit::entropy::SeededEntropy;
use postern_testkit::session::ada;
use ring::digest::{SHA256, digest};
use totp_rs::{Builder, Secret};

use crate::model::{Counter, Outcome, State};
use crate::steps::{BROWSERS, Browser, Step};

/// Seconds that a code is shown for (RFC 6238 §4.1).
pub(crate) const STEP_SECONDS: u64 = 30;
/// Longer than any sequence takes: sessions and trust end by steps only.
const EVER: Duration = Duration::from_secs(10 * 365 * 86_400);
/// The app and the codes of the guide's row.
const GUIDE_SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const GUIDE_CODES: [&str; 2] = ["A1B2-C3D4", "E5F6-0718"];

pub(crate) struct Machine {
    pub(crate) clock: ManualClock,
    replicas: [(Arc<dyn Store>, Authn); 2],
    entropy: SeededEntropy,
    user: Option<UserId>,
    /// The token of each browser's session.
    tokens: [Option<TokenHash>; BROWSERS],
    /// The secret of the person's app.
    app: Option<String>,
    /// The backup codes that the person wrote down, used ones included.
    codes: Vec<String>,
    device: Option<DeviceSecret>,
}

impl Machine {
    /// Number of backup codes of a set-up.
    pub(crate) const BACKUP_CODES: usize = 8;

    pub(crate) fn new(stores: [Arc<dyn Store>; 2]) -> Self {
        let clock = ManualClock::default();
        let mut seed = 10;
        let replicas = stores.map(|store| {
            seed += 1;
            let authn = authn(Arc::clone(&store), &clock, SeededEntropy::new(seed));
            (store, authn)
        });
        let entropy = SeededEntropy::new(3);
        Self {
            clock,
            replicas,
            entropy,
            user: None,
            tokens: Default::default(),
            app: None,
            codes: Vec::new(),
            device: None,
        }
    }

    /// Performs a step at one of the replicas.
    pub(crate) async fn perform(&mut self, step: Step, replica: usize) -> Outcome {
        let done = match step {
            // The model moved the clock.
            Step::Wait(_) => Ok(()),
            Step::SignIn(browser) => self.sign_in(browser, replica).await,
            Step::SetUp(browser, right) => self.set_up(browser, right, replica).await,
            Step::Code(browser, trust) => {
                let code = self.code(0);
                self.verify(browser, SecondFactor::Totp, &code, trust, replica).await
            }
            Step::WrongCode(browser) => {
                let code = self.code(500_000);
                self.verify(browser, SecondFactor::Totp, &code, false, replica).await
            }
            Step::BackupCode(browser, which) => {
                let code = self.codes.get(which).cloned().unwrap_or_else(|| other_than(&self.codes));
                self.verify(browser, SecondFactor::Backup, &code, false, replica).await
            }
            Step::WrongBackupCode(browser) => {
                let code = other_than(&self.codes);
                self.verify(browser, SecondFactor::Backup, &code, false, replica).await
            }
            Step::TrustedDevice(browser) => self.use_device(browser, replica).await,
            Step::ForgetDevices(browser) => self.forget_devices(browser, replica).await,
            Step::Remove(browser) => self.remove(browser, replica).await,
            Step::Reset => {
                self.administer(
                    async |store, user, machine| store.remove_factors(user, None, machine.clock.now()).await.unwrap(),
                    replica,
                )
                .await
            }
            Step::Unlock => self.administer(async |store, user, _| store.unlock(user).await.unwrap(), replica).await,
            Step::Import => self.import(replica).await,
        };
        match done {
            Ok(()) => Outcome::Done,
            Err(Some(FactorError::InvalidCode { .. })) => Outcome::Wrong,
            Err(Some(FactorError::Locked { .. })) => Outcome::Locked,
            Err(
                None
                | Some(
                    FactorError::NotEnrolled
                    | FactorError::SignInRequired
                    | FactorError::StepUpRequired
                    | FactorError::NoAuthenticator,
                ),
            ) => Outcome::Refused,
            Err(Some(error)) => panic!("{step:?} failed: {error}"),
        }
    }

    /// Returns what the stores hold, as both replicas see it.
    pub(crate) async fn state(&self) -> State {
        let mut states = Vec::new();
        for (store, authn) in &self.replicas {
            states.push(self.state_at(store.as_ref(), authn).await);
        }
        let other = states.pop().unwrap();
        assert_eq!(states[0], other, "the replicas differ");
        other
    }

    async fn state_at(&self, store: &dyn Store, authn: &Authn) -> State {
        let (mut sessions, mut devices) = ([None; BROWSERS], 0);
        for (browser, token) in self.tokens.iter().enumerate() {
            let Some(view) = session(store, *token).await else { continue };
            let demand = Demand::new(Access::SecondFactor);
            let decision = decide(demand, Some(&view), None, authn.policy(), self.clock.now());
            sessions[browser] = Some(matches!(decision, Decision::Permit(_)));
            devices = authn.trusted_devices(&view).await.unwrap().len();
        }
        let Some(user) = self.user else { return State { sessions, backup_codes: None, counters: None, devices } };
        let stored = store.factors(user).await.unwrap();
        let mut counters = Vec::new();
        for factor in [SecondFactor::Totp, SecondFactor::Backup] {
            let lockout = store.lockout(user, factor).await.unwrap();
            counters.extend(
                lockout.map(|lockout| Counter { failures: lockout.failures, locked_until: lockout.locked_until }),
            );
        }
        State {
            sessions,
            backup_codes: stored.map(|stored| stored.backup_codes.len()),
            counters: counters.try_into().ok(),
            devices,
        }
    }

    async fn sign_in(&mut self, browser: Browser, replica: usize) -> Done {
        let (store, _) = &self.replicas[replica];
        let token = TokenHash(draw(&self.entropy));
        let (id, at) = (SessionId::draw(&self.entropy), self.clock.now());
        let session =
            NewSession { id, token, at, caller: Caller::default(), vouched: Vouched::default(), replaces: None };
        store.sign_in(&ada(), &session).await.unwrap();
        self.tokens[browser] = Some(token);
        self.user = self.view(browser, replica).await.map(|view| view.user.id);
        Ok(())
    }

    async fn set_up(&mut self, browser: Browser, right: bool, replica: usize) -> Done {
        let view = self.view(browser, replica).await.ok_or(None)?;
        let (_, authn) = &self.replicas[replica];
        let offer = authn.begin_enrolment(&view, None, &Caller::default()).await?;
        let app = offer.secret_base32.expose_secret().to_owned();
        let code = code_of(&app, self.clock.now().unix_time(), if right { 0 } else { 500_000 });
        let enrolled = authn.confirm_enrolment(&view, None, &code, &Caller::default()).await?;
        assert_eq!(enrolled.backup_codes.len(), Self::BACKUP_CODES);
        (self.app, self.codes) = (Some(app), enrolled.backup_codes);
        self.tokens[browser] = Some(enrolled.token.hash());
        Ok(())
    }

    async fn verify(
        &mut self,
        browser: Browser,
        factor: SecondFactor,
        code: &str,
        trust: bool,
        replica: usize,
    ) -> Done {
        let view = self.view(browser, replica).await.ok_or(None)?;
        let submitted = Submitted { trust, ..code.into() };
        let raised = self.replicas[replica].1.verify(&view, factor, submitted, &Caller::default()).await?;
        self.raise(browser, raised);
        Ok(())
    }

    async fn use_device(&mut self, browser: Browser, replica: usize) -> Done {
        let view = self.view(browser, replica).await.ok_or(None)?;
        let secret = self.device.as_ref().ok_or(None)?;
        match self.replicas[replica].1.use_trusted_device(&view, secret, &Caller::default()).await {
            DeviceOutcome::Raised(raised) => self.raise(browser, *raised),
            DeviceOutcome::Refused | DeviceOutcome::Unused => return Err(None),
        }
        Ok(())
    }

    async fn forget_devices(&self, browser: Browser, replica: usize) -> Done {
        let view = self.view(browser, replica).await.ok_or(None)?;
        let (_, authn) = &self.replicas[replica];
        let ended = authn.forget_devices(&view, DeviceSelection::All, &Caller::default()).await.unwrap();
        if ended == 0 { Err(None) } else { Ok(()) }
    }

    async fn remove(&mut self, browser: Browser, replica: usize) -> Done {
        let view = self.view(browser, replica).await.ok_or(None)?;
        let code = self.code(0);
        let token = self.replicas[replica].1.disable(&view, code.as_str(), &Caller::default()).await?;
        self.tokens[browser] = Some(token.hash());
        Ok(())
    }

    async fn administer(&self, change: impl AsyncFn(&dyn Store, UserId, &Self) -> bool, replica: usize) -> Done {
        let user = self.user.ok_or(None)?;
        if change(self.replicas[replica].0.as_ref(), user, self).await { Ok(()) } else { Err(None) }
    }

    /// Writes the row as the guide's backend does, and imports it.
    async fn import(&mut self, replica: usize) -> Done {
        let user = self.user.ok_or(None)?;
        let (store, authn) = &self.replicas[replica];
        let ours = store.factors(user).await.unwrap().ok_or(None)?;
        let key = fernet::Fernet::generate_key();
        let guide = StoredFactors {
            totp_secret: fernet::Fernet::new(&key).unwrap().encrypt(GUIDE_SECRET.as_bytes()),
            last_step: ours.last_step,
            backup_codes: GUIDE_CODES.map(|code| HEXLOWER.encode(digest(&SHA256, code.as_bytes()).as_ref())).to_vec(),
        };
        assert!(store.reseal(user, &ours, &guide).await.unwrap());
        let report = authn.import_netpilot(&FernetKey::parse(&SecretString::from(key)).unwrap()).await.unwrap();
        assert_eq!((report.imported, report.unreadable), (1, 0));
        (self.app, self.codes) = (Some(GUIDE_SECRET.to_owned()), GUIDE_CODES.map(str::to_owned).to_vec());
        Ok(())
    }

    fn raise(&mut self, browser: Browser, raised: Elevated) {
        self.tokens[browser] = Some(raised.token.hash());
        if let Some(device) = raised.device {
            self.device = Some(device.secret);
        }
    }

    async fn view(&self, browser: Browser, replica: usize) -> Option<SessionView> {
        session(self.replicas[replica].0.as_ref(), self.tokens[browser]).await
    }

    /// The code of this moment, or one that differs by `shift`. Without an app any.
    fn code(&self, shift: u32) -> String {
        self.app.as_ref().map_or_else(|| "123456".to_owned(), |app| code_of(app, self.clock.now().unix_time(), shift))
    }
}

/// Nothing, or why not; `None` if there was nothing to do.
type Done = Result<(), Option<FactorError>>;

fn authn(store: Arc<dyn Store>, clock: &ManualClock, entropy: SeededEntropy) -> Authn {
    let master = MasterKey::from_base64(&MasterKey::generate(&SeededEntropy::new(7))).unwrap();
    let keyring = Arc::new(Keyring::new(master, Vec::new()).with_backup_cost(Cost::CHEAP));
    let limits = SessionLimits { lifetime: EVER, idle: EVER, first_factor: EVER, second_factor: EVER };
    let settings = Settings {
        policy: Policy { second_factor: SecondFactorPolicy::PerUser, limits, ..Policy::default() },
        tickets: TicketPolicy::default(),
        totp_issuer: "NetPilot".to_owned(),
        backup_format: BackupFormat::NetPilot,
        passkeys: None,
        trusted_devices: Some(EVER),
        device_binding: DeviceBindingSettings::OFF,
        hash_slots: 2,
    };
    Authn::new(store, keyring, Arc::new(clock.clone()), Arc::new(entropy), settings)
}

async fn session(store: &dyn Store, token: Option<TokenHash>) -> Option<SessionView> {
    store.session(&token?).await.unwrap()
}

fn code_of(app: &str, unix_time: u64, shift: u32) -> String {
    let secret = Secret::try_from_base32(app).unwrap();
    let right: u32 =
        Builder::new().with_secret(secret).build().unwrap().generate(unix_time).to_string().parse().unwrap();
    format!("{:06}", (right + shift) % 1_000_000)
}

/// A text that looks like a backup code and is none of these.
fn other_than(codes: &[String]) -> String {
    let candidates = ["0000-0000", "1111-1111", "2222-2222"].map(str::to_owned);
    candidates.into_iter().find(|candidate| !codes.contains(candidate)).unwrap()
}
