//! Behind PgBouncer in transaction mode: statements of one session run on several server connections, which other clients
//! share.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use postern_model::clock::Timestamp;
use postern_model::id::SessionId;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::session::{Caller, NewSession, TokenHash, Vouched};
use postern_model::store::{SessionStore, Store, StoreError, UserStore};
use postern_model::user::{ProviderIdentity, UserMatch};
use postern_store::{PostgresOptions, PostgresStore};
use postern_testkit::entropy::SeededEntropy;
use postern_testkit::postgres::TestDatabase;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use tokio_postgres::config::Host;
use tokio_postgres::{Config, NoTls};

/// A running PgBouncer before one database.
struct Pooler {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Pooler {
    fn start(database: &TestDatabase) -> Self {
        let server: Config = database.url().parse().unwrap();
        let Some(Host::Tcp(host)) = server.get_hosts().first() else { panic!("the test server has an address") };
        let password = String::from_utf8(server.get_password().unwrap_or_default().to_vec()).unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pgbouncer.ini");
        let settings = format!(
            "[databases]\n* = host={host} port={} user={} password={password}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\n",
            server.get_ports().first().unwrap(),
            server.get_user().unwrap(),
        );
        std::fs::write(&file, settings).unwrap();
        let mut command = Command::new("/usr/sbin/pgbouncer");
        // It refuses to run as root.
        if std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0 {
            command.args(["-u", "postgres"]);
        }
        let process = command.arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process =
            process.unwrap_or_else(|error| panic!("PgBouncer is needed (apt-get install pgbouncer): {error}"));
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "PgBouncer did not start");
            std::thread::yield_now();
        }
        Self { process, port, _folder: folder }
    }

    fn url(&self, database: &TestDatabase) -> String {
        format!("postgres://anybody@127.0.0.1:{}/{}?sslmode=disable", self.port, database.name())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn store(url: String, direct: Option<&TestDatabase>, seed: u64) -> PostgresStore {
    let options = PostgresOptions {
        pool_size: 4,
        listen_url: direct.map(|database| database.url().into()),
        ..PostgresOptions::new(url.into())
    };
    PostgresStore::connect(&options, Arc::new(SeededEntropy::new(seed))).unwrap()
}

fn person(n: u8) -> (ProviderIdentity, NewSession) {
    let identity = ProviderIdentity {
        issuer: "https://accounts.google.com".to_owned(),
        subject: format!("sub-{n}"),
        email: format!("{n}@example.com"),
        full_name: Some("Ada".to_owned()),
        avatar_url: None,
        may_link: false,
    };
    let session = NewSession {
        id: SessionId(uuid::Uuid::from_bytes([n; 16])),
        token: TokenHash([n; 32]),
        at: Timestamp::from_secs(1_800_000_000),
        caller: Caller::default(),
        vouched: Vouched::default(),
        replaces: None,
    };
    (identity, session)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_work_through_a_pooler_and_leave_nothing_behind_in_its_sessions() {
    let database = TestDatabase::migrated().await;
    let pooler = Pooler::start(&database);
    let stores = [1, 2].map(|seed| store(pooler.url(&database), None, seed));
    let runs: Vec<_> = (0..40_u8)
        .map(|n| {
            let store = stores[usize::from(n % 2)].clone();
            tokio::spawn(async move {
                let (identity, session) = person(n);
                let matched = store.sign_in(&identity, &session).await.unwrap();
                assert!(matches!(matched, UserMatch::Created(_)), "{matched:?}");
                assert!(store.session(&session.token).await.unwrap().is_some());
                store.record_seen(&[(session.id, session.at)]).await.unwrap();
                store.ready().await.unwrap();
            })
        })
        .collect();
    for run in runs {
        run.await.unwrap();
    }
    let (client, connection) = tokio_postgres::connect(&pooler.url(&database), NoTls).await.unwrap();
    tokio::spawn(connection);
    for sql in ["SHOW statement_timeout", "SHOW idle_in_transaction_session_timeout"] {
        for _ in 0..10 {
            let messages = client.simple_query(sql).await.unwrap();
            let value = messages.into_iter().find_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            });
            assert_eq!(value.as_deref(), Some("0"), "{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_through_a_pooler_is_refused_unless_there_is_a_direct_connection() {
    let database = TestDatabase::empty().await;
    let pooler = Pooler::start(&database);
    let error = store(pooler.url(&database), None, 1).migrate().await.unwrap_err();
    assert!(matches!(&error, StoreError::Refused(text) if text.contains("store.listen_url")), "{error}");
    let direct = store(pooler.url(&database), Some(&database), 2);
    assert_eq!(direct.migrate().await.unwrap().len(), 19);
    direct.ready().await.unwrap();
    assert!(!direct.hears_no_notices());
    let alone = store(pooler.url(&database), None, 3);
    assert!(alone.migrate().await.unwrap().is_empty(), "nothing is left to do");
    assert!(alone.hears_no_notices());
}

struct Forward(UnboundedSender<Invalidation>);

impl InvalidationSink for Forward {
    fn invalidate(&self, change: Invalidation) {
        self.0.send(change).ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_made_through_the_pooler_are_heard_over_the_direct_connection() {
    let database = TestDatabase::migrated().await;
    let pooler = Pooler::start(&database);
    let listening = store(pooler.url(&database), Some(&database), 1);
    let (sender, mut heard) = unbounded_channel();
    listening.subscribe(Arc::new(Forward(sender)));
    tokio::spawn(listening.listen(Duration::from_millis(100)));
    let (identity, session) = person(1);
    let other = store(pooler.url(&database), None, 2);
    let UserMatch::Created(user) = other.sign_in(&identity, &session).await.unwrap() else { panic!() };
    let until = async |heard: &mut tokio::sync::mpsc::UnboundedReceiver<Invalidation>, expected| {
        let waiting = async { while heard.recv().await != Some(expected) {} };
        assert!(timeout(Duration::from_secs(20), waiting).await.is_ok(), "{expected:?} was not heard");
    };
    until(&mut heard, Invalidation::Everything).await;
    assert!(other.end_session(user.id, session.id).await.unwrap());
    until(&mut heard, Invalidation::Token(session.token)).await;
}
