//! A store of either kind, a second one on the same data as another replica would have, and raw SQL beside them.

use std::sync::{Arc, Mutex, PoisonError};

use postern_model::attempt::{Action, Evidence, Settled, Submission};
use postern_model::attempt_log::AttemptRecord;
use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentPurpose, FailedTry, LIFETIME, PendingEnrolment};
use postern_model::enrolment_commit::{Committed, EnrolmentCommit};
use postern_model::entropy::draw;
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::{EnrolmentId, EventId, SessionId, UserId};
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::mail::MailKinds;
use postern_model::session::{Caller, Elevation, NewSession, SessionView, TokenHash, Verified, Vouched};
use postern_model::store::Store;
use postern_model::ticket::{TicketCheck, TicketPolicy};
use postern_model::user::{ProviderIdentity, User, UserMatch};
use postern_store::SqliteStore;
use postern_testkit::clock::ManualClock;
use postern_testkit::entropy::SeededEntropy;
use postern_testkit::postgres::TestDatabase;

/// When the tests happen.
pub(crate) const NOW: Timestamp = ManualClock::START;

/// Begins a first enrolment without a ticket.
pub(crate) const OPEN: TicketCheck =
    TicketCheck { policy: TicketPolicy::OnDemand, presented: None, at: NOW, key: None };

/// Makes two tests of each function, one for each store.
macro_rules! on_both_stores {
    ($($name:ident),* $(,)?) => {
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&crate::harness::Harness::postgres().await).await;
            })*
        }
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&crate::harness::Harness::sqlite().await).await;
            })*
        }
    };
}
pub(crate) use on_both_stores;

/// Remembers the notices.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<Invalidation>>);

impl Heard {
    /// Everything heard since the last call.
    pub(crate) fn take(&self) -> Vec<Invalidation> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl InvalidationSink for Heard {
    fn invalidate(&self, change: Invalidation) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(change);
    }
}

enum Raw {
    Postgres(tokio_postgres::Client, #[expect(dead_code, reason = "dropped last")] TestDatabase),
    Sqlite(Mutex<rusqlite::Connection>, #[expect(dead_code, reason = "dropped last")] tempfile::TempDir),
}

pub(crate) struct Harness {
    pub(crate) store: Arc<dyn Store>,
    /// Another replica.
    pub(crate) other: Arc<dyn Store>,
    /// What `store` (not `other`) told.
    pub(crate) heard: Arc<Heard>,
    queue_mail: Box<dyn Fn(MailKinds) + Send + Sync>,
    entropy: SeededEntropy,
    raw: Raw,
}

impl Harness {
    pub(crate) async fn postgres() -> Self {
        let database = TestDatabase::migrated().await;
        let (store, other, heard) = (database.store(), database.store(), Arc::new(Heard::default()));
        store.subscribe(heard.clone());
        let client = database.client().await;
        // As if it had been migrated long ago: the tests have a clock of their own.
        client.batch_execute("UPDATE postern.schema_history SET applied_on = '2020-01-01T00:00:00Z'").await.unwrap();
        let raw = Raw::Postgres(client, database);
        let queueing = store.clone();
        let queue_mail = Box::new(move |kinds| queueing.queue_mail(kinds));
        Self { store: Arc::new(store), other: Arc::new(other), heard, queue_mail, entropy: SeededEntropy::new(7), raw }
    }

    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("postern.db");
        let open = |seed| SqliteStore::open(&path, Arc::new(SeededEntropy::new(seed))).unwrap();
        let (store, other, heard) = (open(1), open(2), Arc::new(Heard::default()));
        store.migrate().await.unwrap();
        store.subscribe(heard.clone());
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
        let raw = Raw::Sqlite(Mutex::new(raw), folder);
        let queueing = store.clone();
        let queue_mail = Box::new(move |kinds| queueing.queue_mail(kinds));
        Self { store: Arc::new(store), other: Arc::new(other), heard, queue_mail, entropy: SeededEntropy::new(7), raw }
    }

    /// Runs SQL as an administrator would.
    pub(crate) async fn sql(&self, sql: &str) {
        match &self.raw {
            Raw::Postgres(client, _) => client.batch_execute(sql).await.expect(sql),
            Raw::Sqlite(connection, _) => connection.lock().unwrap().execute_batch(sql).expect(sql),
        }
    }

    /// The first column of the first row, as text; `None` for no row and for `NULL`.
    pub(crate) async fn value(&self, sql: &str) -> Option<String> {
        match &self.raw {
            Raw::Postgres(client, _) => {
                client.simple_query(sql).await.expect(sql).into_iter().find_map(|message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                    _ => None,
                })
            }
            Raw::Sqlite(connection, _) => {
                let sql = format!("SELECT CAST(value AS TEXT) FROM (SELECT ({sql}) AS value)");
                connection.lock().unwrap().query_row(&sql, [], |row| row.get(0)).expect(&sql)
            }
        }
    }

    /// Has `store` queue mail of these kinds.
    pub(crate) fn queue_mail(&self, kinds: MailKinds) {
        (self.queue_mail)(kinds);
    }

    /// How many connections to this PostgreSQL database wait for a lock.
    pub(crate) async fn waiting_for_locks(&self) -> u64 {
        // Within a transaction the view would stay as it was first read.
        self.sql("SELECT pg_stat_clear_snapshot()").await;
        let sql =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.value(sql).await.unwrap().parse().unwrap()
    }

    pub(crate) async fn count(&self, table: &str) -> String {
        self.value(&format!("SELECT count(*) FROM {}", self.table(table))).await.unwrap()
    }

    /// The store's name for a table of ours; tables of administrators have one name.
    pub(crate) fn table(&self, name: &str) -> String {
        match (&self.raw, name.starts_with("user")) {
            (_, true) if name != "user_groups" => name.to_owned(),
            (Raw::Postgres(..), _) => format!("postern.{name}"),
            (Raw::Sqlite(..), _) => format!("postern_{name}"),
        }
    }

    /// A list of texts as SQL.
    pub(crate) fn list(&self, texts: &[&str]) -> String {
        match &self.raw {
            Raw::Postgres(..) => format!("ARRAY['{}']", texts.join("', '")),
            Raw::Sqlite(..) => format!("'[\"{}\"]'", texts.join("\", \"")),
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.raw, Raw::Postgres(..))
    }

    pub(crate) fn token(&self) -> TokenHash {
        TokenHash(draw(&self.entropy))
    }

    pub(crate) fn session(&self) -> NewSession {
        let caller = Caller::new("2001:db8::7".parse().ok(), Some("Fire Fuchs ü"));
        let vouched = Vouched {
            email: Some("Ada@example.com".to_owned()),
            hosted_domain: Some("example.com".to_owned()),
            given_name: Some("Ada Maria".to_owned()),
        };
        NewSession { id: SessionId::draw(&self.entropy), token: self.token(), at: NOW, caller, vouched, replaces: None }
    }

    /// Signs in; fails unless a session was made.
    pub(crate) async fn sign_in(&self, name: &str) -> (User, NewSession) {
        let session = self.session();
        match self.store.sign_in(&identity(name), &session).await.unwrap() {
            UserMatch::Known(user) | UserMatch::Created(user) | UserMatch::Linked(user) => (user, session),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn pending(&self, session: &NewSession, user: UserId) -> PendingEnrolment {
        self.pending_of(session.id, user)
    }

    pub(crate) fn pending_of(&self, session: SessionId, user: UserId) -> PendingEnrolment {
        PendingEnrolment {
            id: EnrolmentId::draw(&self.entropy),
            session,
            user,
            token: self.token(),
            sealed_secret: "sealed-to-pending".to_owned(),
            purpose: EnrolmentPurpose::First,
            tries: 0,
            expires_at: NOW.after(LIFETIME),
        }
    }

    pub(crate) fn elevation(&self, session: &NewSession) -> Elevation {
        let verified = Verified { method: SecondFactor::Totp, at: NOW };
        Elevation { session: session.id, from: session.token, to: self.token(), verified }
    }

    pub(crate) fn commit(&self, pending: &PendingEnrolment, session: &NewSession) -> EnrolmentCommit {
        EnrolmentCommit {
            id: pending.id,
            user: pending.user,
            replaces: pending.purpose == EnrolmentPurpose::Replacement,
            sealed_secret: "sealed-to-user".to_owned(),
            step: 100,
            passkey: None,
            backup_codes: ["one", "two", "three"].map(str::to_owned).to_vec(),
            elevation: self.elevation(session),
            attempt: self.attempt(pending.user, SecondFactor::Totp, true),
            shown: None,
            replay: None,
        }
    }

    pub(crate) fn attempt(&self, user: UserId, factor: SecondFactor, success: bool) -> AttemptRecord {
        let caller = Caller::new("192.0.2.7".parse().ok(), Some("curl"));
        AttemptRecord { id: EventId::draw(&self.entropy), user, factor, success, caller, at: NOW }
    }

    /// A wrong first code of a set-up, which cannot be told from another one.
    pub(crate) fn failed_try(
        &self,
        session: SessionId,
        user: UserId,
        token: Option<TokenHash>,
        at: Timestamp,
    ) -> FailedTry {
        let attempt = AttemptRecord { at, ..self.attempt(user, SecondFactor::Totp, false) };
        FailedTry { session, token, attempt, replay: None }
    }

    /// A submission of a correct code that uses `spend` up, or of a wrong code.
    pub(crate) fn submission(&self, view: &SessionView, factor: SecondFactor, spend: Option<Spend>) -> Submission {
        let verified = Verified { method: factor, at: NOW };
        let session = &view.session;
        Submission {
            elevation: Elevation { session: session.id, from: session.token, to: self.token(), verified },
            attempt: self.attempt(view.user.id, factor, false),
            evidence: spend.map(|spend| Evidence { authenticator: None, secret: "sealed-to-user".to_owned(), spend }),
            action: Action::Elevate,
            replay: None,
        }
    }

    /// A submission of a correct code for an action that leaves the session's token as it is.
    pub(crate) fn spending(&self, view: &SessionView, spend: Spend) -> Submission {
        let mut submission = self.submission(view, spend.factor(), Some(spend));
        submission.elevation.to = submission.elevation.from;
        let pending = self.pending_of(view.session.id, view.user.id);
        submission.action =
            Action::BeginEnrolment(PendingEnrolment { purpose: EnrolmentPurpose::Replacement, ..pending });
        submission
    }

    /// Whether a correct code is accepted.
    pub(crate) async fn spend(&self, view: &SessionView, spend: Spend) -> bool {
        let settled = self.store.settle(&self.spending(view, spend)).await.unwrap();
        matches!(settled, Settled::Right(_))
    }

    /// Submits a wrong code.
    pub(crate) async fn guess(&self, view: &SessionView, factor: SecondFactor) -> Settled {
        self.store.settle(&self.submission(view, factor, None)).await.unwrap()
    }

    /// Submits a wrong code; returns the number of failures since the last success.
    pub(crate) async fn failures(&self, view: &SessionView, factor: SecondFactor) -> u32 {
        match self.guess(view, factor).await {
            Settled::Wrong(lockout) => lockout.failures,
            other => panic!("{other:?}"),
        }
    }

    /// Sets up an authenticator through a session, which rotates its token.
    pub(crate) async fn enrol(&self, user: UserId, session: &NewSession) -> SessionView {
        let pending = self.pending(session, user);
        self.store.begin_enrolment(&pending, &OPEN).await.unwrap();
        done(self.store.commit_enrolment(&self.commit(&pending, session)).await.unwrap())
    }

    pub(crate) fn event(&self) -> EventId {
        EventId::draw(&self.entropy)
    }

    /// A user with an enabled authenticator at step 100 and the backup codes `one`, `two`, `three`.
    pub(crate) async fn enrolled(&self, name: &str) -> (User, SessionView) {
        let (user, session) = self.sign_in(name).await;
        let view = self.enrol(user.id, &session).await;
        self.heard.take();
        (user, view)
    }
}

/// The session of a completed enrolment.
pub(crate) fn done(committed: Committed) -> SessionView {
    match committed {
        Committed::Done(view) => *view,
        other => panic!("{other:?}"),
    }
}

/// An identity of Google's whose subject, address and name come from `name`.
pub(crate) fn identity(name: &str) -> ProviderIdentity {
    ProviderIdentity {
        issuer: "https://accounts.google.com".to_owned(),
        subject: format!("sub-{name}"),
        email: format!("{name}@example.com"),
        full_name: Some(format!("{name} Example")),
        avatar_url: Some(format!("https://pictures.example/{name}")),
        may_link: false,
    }
}
