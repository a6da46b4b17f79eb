//! A clean-up deletes what is old by the server's clock, only what is ours, and never all at once.

use std::sync::Arc;
use std::time::Duration;

use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::clock::{Clock, Timestamp};
use postern_model::id::EventId;
use postern_model::session::Caller;
use postern_model::store::{AuditStore, SessionStore, Store, StoreError};
use postern_store::{PostgresOptions, PostgresStore};
use postern_testkit::entropy::SeededEntropy;
use postern_testkit::postgres::TestDatabase;
use tokio_postgres::Client;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The server's clock, moved.
struct Moved(Timestamp);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        self.0
    }
}

async fn server_time(client: &Client) -> Timestamp {
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    Timestamp::from_micros(client.query_one(sql, &[]).await.unwrap().get(0))
}

/// A process whose clock is `ahead` of the server's.
async fn process(database: &TestDatabase, ahead: Duration) -> (PostgresStore, Timestamp) {
    let now = server_time(&database.client().await).await.after(ahead);
    let options = PostgresOptions { clock: Some(Arc::new(Moved(now))), ..PostgresOptions::new(database.url().into()) };
    (PostgresStore::connect(&options, Arc::new(SeededEntropy::new(99))).unwrap(), now)
}

async fn with_sessions(database: &TestDatabase, count: u32, age: &str) -> Client {
    let client = database.client().await;
    let sql = format!(
        "INSERT INTO users (id, email) VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c8', 'ada@example.com')
             ON CONFLICT DO NOTHING;
         INSERT INTO postern.sessions (id, user_id, token, version, first_factor_at, last_seen_at)
             SELECT gen_random_uuid(), '67e55044-10b1-426f-9247-bb680e5fe0c8', sha256(n::text::bytea || '{age}'), 1,
                 (now() AT TIME ZONE 'UTC') - interval '{age}', (now() AT TIME ZONE 'UTC') - interval '{age}'
             FROM generate_series(1, {count}) AS n"
    );
    client.batch_execute(&sql).await.unwrap();
    client
}

async fn count(client: &Client, table: &str) -> i64 {
    client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_process_whose_clock_is_ahead_deletes_nothing_that_is_young_and_is_not_ready() {
    let database = TestDatabase::migrated().await;
    let client = with_sessions(&database, 20, "1 minute").await;
    let (store, now) = process(&database, 100 * DAY).await;
    let event = AuditEvent {
        id: EventId(uuid::Uuid::from_bytes([1; 16])),
        at: server_time(&client).await,
        kind: AuditKind::SignedIn,
        user: None,
        session: None,
        caller: Caller::default(),
        detail: None,
    };
    store.append(&event).await.unwrap();
    assert_eq!(store.delete_expired(now.before(DAY), now.before(DAY), now).await.unwrap(), 0);
    assert_eq!(store.forget_before(now.before(30 * DAY)).await.unwrap(), 0);
    assert_eq!((count(&client, "postern.sessions").await, count(&client, "postern.audit_events").await), (20, 1));
    let error = store.ready().await.unwrap_err();
    assert!(matches!(&error, StoreError::Clock(text) if text.contains("ahead of")), "{error}");

    let (store, now) = process(&database, Duration::ZERO).await;
    store.ready().await.unwrap();
    let soon = now.after(DAY);
    assert_eq!(store.delete_expired(soon, soon, now).await.unwrap(), 20, "what is old by the server's clock goes");
}

#[tokio::test]
async fn a_clean_up_takes_a_share_at_most() {
    let database = TestDatabase::migrated().await;
    let client = with_sessions(&database, 2_400, "3 days").await;
    let (store, now) = process(&database, Duration::ZERO).await;
    assert_eq!(store.delete_expired(now.before(DAY), now.before(DAY), now).await.unwrap(), 600);
    assert_eq!(count(&client, "postern.sessions").await, 1_800);
}

#[tokio::test]
async fn attempts_from_before_our_first_migration_stay() {
    let database = TestDatabase::migrated().await;
    let client = database.client().await;
    let sql = "UPDATE postern.schema_history SET applied_on = '2025-01-01T00:00:00Z' WHERE version = 1;
        INSERT INTO user_2fa_attempts (id, attempt_type, success, created_at) VALUES
            (gen_random_uuid(), 'totp', true, '2024-12-31 23:59:59'), (gen_random_uuid(), 'totp', true, '2025-01-02')";
    client.batch_execute(sql).await.unwrap();
    let (store, now) = process(&database, Duration::ZERO).await;
    assert_eq!(store.forget_before(now.before(30 * DAY)).await.unwrap(), 1);
    let left: bool =
        client.query_one("SELECT created_at < '2025-01-01' FROM user_2fa_attempts", &[]).await.unwrap().get(0);
    assert!(left, "the backend's own history is not ours to delete");
}
