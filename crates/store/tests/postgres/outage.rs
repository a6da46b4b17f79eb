//! A server that is down, hangs, or goes away: `Unavailable`, soon, and well again afterwards.

use std::sync::Arc;
use std::time::{Duration, Instant};

use postern_model::SecretString;
use postern_model::attempt::{Action, Settled, Submission};
use postern_model::attempt_log::AttemptRecord;
use postern_model::clock::Timestamp;
use postern_model::factor::SecondFactor;
use postern_model::id::{EventId, UserId};
use postern_model::session::{Elevation, TokenHash, Verified};
use postern_model::store::{FactorStore, SessionStore, Store, StoreError, UserStore};
use postern_model::user::UserMatch;
use postern_store::{PostgresOptions, PostgresStore};
use postern_testkit::entropy::SeededEntropy;
use postern_testkit::postgres::TestDatabase;
use postern_testkit::session::{ada, new_session};
use tokio::net::TcpListener;

const LIMIT: Duration = Duration::from_millis(500);

fn store(options: &PostgresOptions) -> PostgresStore {
    PostgresStore::connect(options, Arc::new(SeededEntropy::default())).unwrap()
}

fn quick(url: &str) -> PostgresOptions {
    let limits = PostgresOptions::new(SecretString::from(url));
    PostgresOptions { acquire_timeout: LIMIT, operation_timeout: LIMIT, pool_size: 1, ..limits }
}

async fn unavailable_soon(store: &PostgresStore) -> String {
    let begun = Instant::now();
    let error = store.session(&TokenHash([0; 32])).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    match error {
        StoreError::Unavailable(text) => text,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn nobody_listening_is_unavailable_at_once_and_the_password_is_not_shown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let store = store(&quick(&format!("postgres://u:hunter2@127.0.0.1:{port}/x")));
    let text = unavailable_soon(&store).await;
    assert!(!text.contains("hunter2"), "{text}");
    let error = store.ready().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn a_server_that_accepts_and_then_says_nothing_is_unavailable_soon() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let held = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            held.push(socket);
        }
    });
    unavailable_soon(&store(&quick(&format!("postgres://u:p@127.0.0.1:{port}/x")))).await;
    held.abort();
}

#[tokio::test]
async fn a_wrong_password_or_a_missing_database_is_unavailable() {
    let database = TestDatabase::empty().await;
    let missing = database.url().replace(database.name(), "no_such_database");
    let text = unavailable_soon(&store(&quick(&missing))).await;
    assert!(text.contains("no_such_database"), "{text}");
    let (_, rest) = database.url().split_once('@').unwrap();
    let text = unavailable_soon(&store(&quick(&format!("postgres://postgres:hunter2@{rest}")))).await;
    assert!(text.contains("password authentication failed") && !text.contains("hunter2"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_someone_holds_is_waited_for_so_long_and_no_longer() {
    let database = TestDatabase::migrated().await;
    let client = database.client().await;
    let store = store(&quick(database.url()));
    let submission = wrong_code(&store).await;
    let user = submission.attempt.user;
    client
        .batch_execute(&format!(
            "INSERT INTO user_2fa_settings (id, user_id, is_enabled, totp_secret) VALUES ('{user}', '{user}', true, 's')"
        ))
        .await
        .unwrap();
    client.batch_execute("BEGIN; SELECT * FROM user_2fa_settings FOR UPDATE").await.unwrap();
    let begun = Instant::now();
    let error = store.settle(&submission).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    client.batch_execute("ROLLBACK").await.unwrap();
    // The connection that timed out was given up, with its transaction: nothing was counted.
    let next = store.settle(&submission).await.unwrap();
    assert!(matches!(next, Settled::Wrong(state) if state.failures == 1), "{next:?}");
}

/// Signs a user in; returns the submission of a wrong code by their session.
async fn wrong_code(store: &PostgresStore) -> Submission {
    let (at, from) = (Timestamp::from_secs(1_800_000_000), TokenHash([7; 32]));
    let session = new_session(7, from, at);
    let UserMatch::Created(user) = store.sign_in(&ada(), &session).await.unwrap() else { panic!() };
    let verified = Verified { method: SecondFactor::Totp, at };
    let event = EventId(uuid::Uuid::from_bytes([7; 16]));
    Submission {
        elevation: Elevation { session: session.id, from, to: TokenHash([8; 32]), verified },
        attempt: AttemptRecord {
            id: event,
            user: user.id,
            factor: SecondFactor::Totp,
            success: false,
            caller: session.caller,
            at,
        },
        evidence: None,
        action: Action::Elevate,
        replay: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_recovers_when_the_server_dropped_its_connections() {
    let database = TestDatabase::migrated().await;
    let store = database.store();
    store.ready().await.unwrap();
    let sql = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.client().await.query(sql, &[]).await.unwrap();
    // The first call may still meet the dead connection; it must not be kept.
    let first = store.users(1).await;
    assert!(matches!(first, Ok(_) | Err(StoreError::Unavailable(_))), "{first:?}");
    store.users(1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_given_up_in_a_transaction_leaves_nothing_behind() {
    let database = TestDatabase::migrated().await;
    let client = database.client().await;
    let user = UserId(uuid::Uuid::from_bytes([7; 16]));
    let insert = format!("INSERT INTO users (id, email, is_active) VALUES ('{user}', 'ada@example.com', true)");
    client.batch_execute(&insert).await.unwrap();
    client.batch_execute("BEGIN; SELECT * FROM users FOR UPDATE").await.unwrap();
    let patient = PostgresOptions { pool_size: 1, ..PostgresOptions::new(SecretString::from(database.url())) };
    let store = store(&patient);
    let given_up = tokio::time::timeout(Duration::from_millis(300), store.set_active(user, false)).await;
    assert!(given_up.is_err(), "the row is held");
    client.batch_execute("ROLLBACK").await.unwrap();
    assert!(store.user(user).await.unwrap().unwrap().is_active);
}
