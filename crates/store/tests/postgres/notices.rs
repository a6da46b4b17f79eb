//! What one replica changes, the others hear.

use std::sync::Arc;
use std::time::Duration;

use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::session::{NewSession, TokenHash};
use postern_model::store::{SessionStore, UserStore};
use postern_model::user::UserMatch;
use postern_store::PostgresStore;
use postern_testkit::postgres::TestDatabase;
use postern_testkit::session::{ada, new_session};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

struct Forward(UnboundedSender<Invalidation>);

impl InvalidationSink for Forward {
    fn invalidate(&self, change: Invalidation) {
        self.0.send(change).ok();
    }
}

/// A replica that listens, and what it hears.
async fn listening(database: &TestDatabase) -> (PostgresStore, UnboundedReceiver<Invalidation>) {
    let store = database.store();
    let (sender, mut heard) = unbounded_channel();
    store.subscribe(Arc::new(Forward(sender)));
    tokio::spawn(store.listen(Duration::from_millis(50)));
    until(&mut heard, Invalidation::Everything).await;
    (store, heard)
}

async fn until(heard: &mut UnboundedReceiver<Invalidation>, expected: Invalidation) {
    let waiting = async { while heard.recv().await != Some(expected) {} };
    assert!(timeout(Duration::from_secs(20), waiting).await.is_ok(), "{expected:?} was not heard");
}

async fn signed_in(store: &PostgresStore) -> (UserId, NewSession) {
    let session = new_session(1, TokenHash([0xab; 32]), Timestamp::from_secs(1_800_000_000));
    match store.sign_in(&ada(), &session).await.unwrap() {
        UserMatch::Created(user) => (user.id, session),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_one_replica_is_heard_by_another() {
    let database = TestDatabase::migrated().await;
    let (_other, mut heard) = listening(&database).await;
    let store = database.store();
    let (user, session) = signed_in(&store).await;
    until(&mut heard, Invalidation::User(user)).await;
    assert!(store.end_session(user, session.id).await.unwrap());
    until(&mut heard, Invalidation::Token(session.token)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_sql_is_heard() {
    let database = TestDatabase::migrated().await;
    let (user, _) = signed_in(&database.store()).await;
    let (_replica, mut heard) = listening(&database).await;
    let client = database.client().await;
    for sql in [
        "UPDATE users SET requires_2fa = true",
        "UPDATE users SET is_active = false",
        "INSERT INTO user_2fa_settings (id, user_id) SELECT id, id FROM users",
        "UPDATE user_2fa_settings SET is_enabled = true",
        "DELETE FROM user_2fa_settings",
        "INSERT INTO postern.user_groups SELECT id, 'ops' FROM users",
        "DELETE FROM users",
    ] {
        client.batch_execute(sql).await.unwrap();
        until(&mut heard, Invalidation::User(user)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_cannot_be_read_drops_everything() {
    let database = TestDatabase::migrated().await;
    let (_replica, mut heard) = listening(&database).await;
    database.client().await.batch_execute("NOTIFY postern_change, 'of a newer version'").await.unwrap();
    until(&mut heard, Invalidation::Everything).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_connection_everything_is_dropped_and_notices_are_heard_again() {
    let database = TestDatabase::migrated().await;
    let (_replica, mut heard) = listening(&database).await;
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
               AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'";
    assert_eq!(database.client().await.query(sql, &[]).await.unwrap().len(), 1);
    until(&mut heard, Invalidation::Everything).await;
    let (user, _) = signed_in(&database.store()).await;
    until(&mut heard, Invalidation::User(user)).await;
}
