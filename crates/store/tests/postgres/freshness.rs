//! The stream of notices proves itself complete, and does not where something is missing (docs/freshness.md).

use std::sync::Arc;
use std::time::Duration;

use postern_model::clock::{Clock, Timestamp};
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::session::TokenHash;
use postern_store::{PostgresOptions, PostgresStore};
use postern_testkit::clock::ManualClock;
use postern_testkit::entropy::SeededEntropy;
use postern_testkit::postgres::TestDatabase;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

#[derive(Debug, PartialEq)]
enum Heard {
    Change(Invalidation),
    Complete(Timestamp),
}

struct Forward(UnboundedSender<Heard>);

impl InvalidationSink for Forward {
    fn invalidate(&self, change: Invalidation) {
        self.0.send(Heard::Change(change)).ok();
    }

    fn complete_until(&self, as_of: Timestamp) {
        self.0.send(Heard::Complete(as_of)).ok();
    }
}

struct Listener {
    clock: ManualClock,
    heard: UnboundedReceiver<Heard>,
    _store: PostgresStore,
}

impl Listener {
    fn start(database: &TestDatabase) -> Self {
        let clock = ManualClock::default();
        let options =
            PostgresOptions { clock: Some(Arc::new(clock.clone())), ..PostgresOptions::new(database.url().into()) };
        let store = PostgresStore::connect(&options, Arc::new(SeededEntropy::new(5))).unwrap();
        let (sender, heard) = unbounded_channel();
        store.subscribe(Arc::new(Forward(sender)));
        tokio::spawn(store.listen(Duration::from_millis(20)));
        Self { clock, heard, _store: store }
    }

    async fn next(&mut self) -> Heard {
        timeout(Duration::from_secs(20), self.heard.recv()).await.unwrap().unwrap()
    }

    /// Waits for the proof that all changes before now were heard; gives the changes that were heard until then.
    async fn proven(&mut self) -> Vec<Invalidation> {
        self.clock.advance(Duration::from_secs(1));
        let now = self.clock.now();
        let mut changes = Vec::new();
        loop {
            match self.next().await {
                Heard::Complete(as_of) if as_of >= now => return changes,
                Heard::Complete(_) => {}
                Heard::Change(change) => changes.push(change),
            }
        }
    }

    /// Whether no proof comes for a while.
    async fn silent(&mut self) -> bool {
        self.clock.advance(Duration::from_secs(1));
        let now = self.clock.now();
        let proof = async {
            loop {
                if matches!(self.next().await, Heard::Complete(as_of) if as_of >= now) {
                    return;
                }
            }
        };
        timeout(Duration::from_millis(600), proof).await.is_err()
    }
}

const SETUP: &str = "INSERT INTO users (id, email) VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c8', 'ada@example.com');
    INSERT INTO postern.sessions (id, user_id, token, version, first_factor_at, last_seen_at)
        VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c9', '67e55044-10b1-426f-9247-bb680e5fe0c8',
            decode(repeat('ab', 32), 'hex'), 1, now(), now())";

#[tokio::test(flavor = "multi_thread")]
async fn every_change_by_sql_is_heard_before_the_proof_that_covers_it() {
    let database = TestDatabase::migrated().await;
    let client = database.client().await;
    client.batch_execute(SETUP).await.unwrap();
    let mut listener = Listener::start(&database);
    listener.proven().await;
    let (token, user) = (TokenHash([0xab; 32]), "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap());
    for (sql, change) in [
        ("UPDATE users SET full_name = 'Countess'", Invalidation::User(user)),
        ("UPDATE postern.sessions SET second_factor = 'totp', second_factor_at = now()", Invalidation::Token(token)),
        ("UPDATE postern.sessions SET last_seen_at = last_seen_at - interval '1 day'", Invalidation::Token(token)),
        ("DELETE FROM postern.sessions", Invalidation::Token(token)),
        ("TRUNCATE postern.sessions CASCADE", Invalidation::Everything),
    ] {
        client.batch_execute(sql).await.unwrap();
        assert!(listener.proven().await.contains(&change), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn last_seen_times_that_move_on_make_no_notices() {
    let database = TestDatabase::migrated().await;
    let client = database.client().await;
    client.batch_execute(SETUP).await.unwrap();
    let mut listener = Listener::start(&database);
    listener.proven().await;
    client
        .batch_execute("UPDATE postern.sessions SET last_seen_at = last_seen_at + interval '1 minute'")
        .await
        .unwrap();
    assert_eq!(listener.proven().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_trigger_nothing_is_proven() {
    let database = TestDatabase::migrated().await;
    let client = database.client().await;
    let mut listener = Listener::start(&database);
    listener.proven().await;
    client.batch_execute("ALTER TABLE users DISABLE TRIGGER postern_user_changed").await.unwrap();
    listener.silent().await;
    assert!(listener.silent().await);
    client.batch_execute("ALTER TABLE users ENABLE TRIGGER postern_user_changed").await.unwrap();
    listener.proven().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_made_while_triggers_are_off_for_a_moment_is_not_covered() {
    let database = TestDatabase::migrated().await;
    let client = database.client().await;
    client.batch_execute(SETUP).await.unwrap();
    let mut listener = Listener::start(&database);
    listener.proven().await;
    let sql = "ALTER TABLE users DISABLE TRIGGER USER; UPDATE users SET is_active = false; ALTER TABLE users ENABLE TRIGGER USER";
    client.batch_execute(sql).await.unwrap();
    assert!(listener.proven().await.contains(&Invalidation::Everything));
    assert_eq!(listener.proven().await, [], "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_listener_proves_nothing_until_everything_was_dropped() {
    let database = TestDatabase::migrated().await;
    let client = database.client().await;
    let mut listener = Listener::start(&database);
    listener.proven().await;
    // The pool lives on and commits heartbeats; the connection that hears them does not.
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
               AND query LIKE 'LISTEN%'";
    client.batch_execute(sql).await.unwrap();
    listener.clock.advance(Duration::from_secs(1));
    let cut_at = listener.clock.now();
    let mut dropped = false;
    loop {
        match listener.next().await {
            Heard::Change(Invalidation::Everything) => dropped = true,
            Heard::Complete(as_of) if as_of >= cut_at => break,
            _ => {}
        }
    }
    assert!(dropped, "a new connection has missed notices");
}
