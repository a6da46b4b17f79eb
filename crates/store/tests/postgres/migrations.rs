//! On an empty database, on NetPilot's, and on one where the guide's migration already ran.

use postern_model::attempt_log::AttemptRecord;
use postern_model::clock::Timestamp;
use postern_model::factor::{SecondFactor, StoredFactors};
use postern_model::id::{EventId, SessionId, UserId};
use postern_model::lockout::Lockout;
use postern_model::session::{Caller, NewSession, TokenHash, Vouched};
use postern_model::store::{FactorStore, SessionStore, Store, StoreError, UserStore};
use postern_model::user::{ProviderIdentity, UserMatch};
use postern_store::PostgresStore;
use postern_testkit::clock::ManualClock;
use postern_testkit::postgres::TestDatabase;
use tokio_postgres::Client;

pub(crate) const NOW: Timestamp = ManualClock::START;
pub(crate) const ADA: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
pub(crate) const BOB: &str = "67e55044-10b1-426f-9247-bb680e5fe0c9";

/// As SQLAlchemy makes it: no defaults, and a table of the backend's that refers to it.
pub(crate) const NETPILOT: &str = "CREATE TABLE users (
        id UUID NOT NULL, google_id VARCHAR(255), email VARCHAR(255) NOT NULL, full_name VARCHAR(255),
        avatar_url VARCHAR(500), last_login TIMESTAMP WITHOUT TIME ZONE, created_at TIMESTAMP WITHOUT TIME ZONE,
        updated_at TIMESTAMP WITHOUT TIME ZONE, is_active BOOLEAN, PRIMARY KEY (id));
    CREATE UNIQUE INDEX ix_users_email ON users (email);
    CREATE UNIQUE INDEX ix_users_google_id ON users (google_id);
    CREATE TABLE user_sessions (id UUID PRIMARY KEY, user_id UUID NOT NULL REFERENCES users (id));
    INSERT INTO users (id, email) VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c8', 'ada@example.com');
    INSERT INTO users VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c9', 'sub-bob', 'bob@example.com', 'Bob', NULL,
        now(), now(), now(), true);
    INSERT INTO user_sessions VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c7', '67e55044-10b1-426f-9247-bb680e5fe0c9');";

/// The guide, section 1.1. The function stands in for the extension, which may need rights that tests lack.
pub(crate) const GUIDE: &str =
    "CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';
    CREATE TABLE user_2fa_settings (
        id UUID PRIMARY KEY DEFAULT uuid_generate_v4(), user_id UUID REFERENCES users(id) ON DELETE CASCADE,
        is_enabled BOOLEAN DEFAULT FALSE, totp_secret VARCHAR(255), backup_codes TEXT[], sms_phone VARCHAR(20),
        email_2fa_enabled BOOLEAN DEFAULT FALSE, created_at TIMESTAMP DEFAULT NOW(), updated_at TIMESTAMP DEFAULT NOW(),
        last_used_at TIMESTAMP, setup_token VARCHAR(255), setup_expires_at TIMESTAMP,
        failed_attempts INTEGER DEFAULT 0, locked_until TIMESTAMP, UNIQUE(user_id));
    CREATE TABLE user_2fa_attempts (
        id UUID PRIMARY KEY DEFAULT uuid_generate_v4(), user_id UUID REFERENCES users(id) ON DELETE CASCADE,
        attempt_type VARCHAR(20) NOT NULL, success BOOLEAN NOT NULL, ip_address INET, user_agent TEXT,
        created_at TIMESTAMP DEFAULT NOW());
    CREATE INDEX idx_2fa_attempts_user_time ON user_2fa_attempts(user_id, created_at);
    CREATE INDEX idx_2fa_attempts_failed ON user_2fa_attempts(user_id, success, created_at);
    ALTER TABLE users ADD COLUMN requires_2fa BOOLEAN DEFAULT FALSE;
    ALTER TABLE users ADD COLUMN twofa_enforced_at TIMESTAMP;
    UPDATE users SET requires_2fa = NULL WHERE google_id IS NULL;
    INSERT INTO user_2fa_settings (user_id, is_enabled, totp_secret, backup_codes, failed_attempts)
        VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c9', true, 'gAAAAAB-fernet', ARRAY['aa', NULL, 'bb'], NULL),
               ('67e55044-10b1-426f-9247-bb680e5fe0c8', NULL, NULL, NULL, 2);
    INSERT INTO user_2fa_attempts (user_id, attempt_type, success, ip_address)
        VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c9', 'totp', true, '192.0.2.1');";

pub(crate) async fn prepared(sql: &[&str]) -> (TestDatabase, Client, PostgresStore) {
    let database = TestDatabase::empty().await;
    let client = database.client().await;
    for sql in sql {
        client.batch_execute(sql).await.unwrap();
    }
    let store = database.store();
    (database, client, store)
}

pub(crate) fn identity(name: &str) -> ProviderIdentity {
    ProviderIdentity {
        issuer: "https://accounts.google.com".to_owned(),
        subject: format!("sub-{name}"),
        email: format!("{name}@example.com"),
        full_name: None,
        avatar_url: None,
        may_link: true,
    }
}

pub(crate) fn session(n: u8) -> NewSession {
    let id = SessionId(uuid::Uuid::from_bytes([n; 16]));
    NewSession {
        id,
        token: TokenHash([n; 32]),
        at: NOW,
        caller: Caller::default(),
        vouched: Vouched::default(),
        replaces: None,
    }
}

#[tokio::test]
async fn an_empty_database_gets_everything_and_a_second_run_does_nothing() {
    let (_database, _client, store) = prepared(&[]).await;
    assert!(store.ready().await.is_err());
    assert_eq!(store.migrate().await.unwrap().len(), 19);
    store.ready().await.unwrap();
    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
    let made = store.sign_in(&identity("ada"), &session(1)).await.unwrap();
    assert!(matches!(made, UserMatch::Created(_)), "{made:?}");
}

#[tokio::test]
async fn netpilot_s_database_keeps_its_users_and_gets_the_columns() {
    let (_database, client, store) = prepared(&[NETPILOT]).await;
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    let known = store.sign_in(&identity("bob"), &session(1)).await.unwrap();
    assert!(matches!(&known, UserMatch::Known(user) if user.id.to_string() == BOB), "{known:?}");
    let linked = store.sign_in(&identity("ada"), &session(2)).await.unwrap();
    assert!(matches!(&linked, UserMatch::Linked(user) if user.id.to_string() == ADA && user.is_active), "{linked:?}");
    assert!(store.session(&TokenHash([2; 32])).await.unwrap().is_some());
    // The backend goes on writing rows without knowing of the new columns.
    client
        .batch_execute(
            "INSERT INTO users (id, google_id, email, is_active) VALUES (gen_random_uuid(), 'x', 'x@example.com', true);
             UPDATE users SET full_name = 'X', last_login = now() WHERE google_id = 'x'",
        )
        .await
        .unwrap();
    let row = client.query_one("SELECT requires_2fa FROM users WHERE google_id = 'x'", &[]).await.unwrap();
    assert_eq!(row.get::<_, Option<bool>>(0), Some(false));
}

#[tokio::test]
async fn users_of_the_guide_s_backend_keep_their_authenticators() {
    let (_database, client, store) = prepared(&[NETPILOT, GUIDE]).await;
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    let (ada, bob): (UserId, UserId) = (ADA.parse().unwrap(), BOB.parse().unwrap());
    let factors = store.factors(bob).await.unwrap().unwrap();
    assert_eq!(factors.totp_secret, "gAAAAAB-fernet");
    assert_eq!(
        (factors.backup_codes.as_slice(), factors.last_step),
        (["aa", "bb"].map(str::to_owned).as_slice(), None)
    );
    assert_eq!(store.lockout(bob, SecondFactor::Totp).await.unwrap(), Some(Lockout::default()));
    assert!(store.reseal(bob, &factors, &factors).await.unwrap());
    assert_eq!(store.factors(ada).await.unwrap(), None);
    assert!(!store.user(ada).await.unwrap().unwrap().requires_second_factor);
    assert_eq!(store.all_factors().await.unwrap().len(), 1);
    let sql = "SELECT column_default FROM information_schema.columns
               WHERE table_name = 'user_2fa_settings' AND column_name = 'id'";
    let default: Option<String> = client.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(default.as_deref(), Some("uuid_generate_v4()"), "the backend's own defaults stay");
    let kept: i64 = client.query_one("SELECT count(*) FROM user_2fa_attempts", &[]).await.unwrap().get(0);
    assert_eq!(kept, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_migrate_together_do_it_once() {
    let (database, _client, _) = prepared(&[NETPILOT]).await;
    let runs: Vec<_> =
        (0..4).map(|_| database.store()).map(|store| tokio::spawn(async move { store.migrate().await })).collect();
    let mut applied = 0;
    for run in runs {
        applied += run.await.unwrap().unwrap().len();
    }
    assert_eq!(applied, 19);
}

/// A role named like our schema has it first in its search path (`"$user"`); the backend's tables must be found, and
/// made, where they belong all the same.
#[tokio::test]
async fn our_schema_in_the_search_path_does_not_hide_the_backend_s_tables() {
    let (database, client, store) = prepared(&[NETPILOT, "CREATE SCHEMA postern"]).await;
    let alter = format!("ALTER DATABASE {} SET search_path = postern, public", database.name());
    client.batch_execute(&alter).await.unwrap();
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    assert_eq!(store.users(10).await.unwrap().len(), 2);
    let sql = "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables
               WHERE schemaname = 'public' AND tablename LIKE 'user%'";
    let tables: String = client.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(tables, "user_2fa_attempts user_2fa_settings user_sessions users");
}

#[tokio::test]
async fn a_copy_of_the_guide_s_tables_that_lacks_columns_and_the_unique_index_is_mended() {
    let lacking = GUIDE
        .replace("failed_attempts INTEGER DEFAULT 0, locked_until TIMESTAMP, UNIQUE(user_id)", "n INTEGER")
        .replace(", failed_attempts)", ", n)");
    let (_database, _client, store) = prepared(&[NETPILOT, &lacking]).await;
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    assert_eq!(store.all_factors().await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_rows_of_one_user_are_refused_and_named_and_once_one_is_gone_the_index_is_made() {
    let several = GUIDE.replace(", UNIQUE(user_id)", "")
        + "INSERT INTO user_2fa_settings (user_id) VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c9');";
    let (_database, client, store) = prepared(&[NETPILOT, &several]).await;
    for refused in [store.migrate().await.map(drop), store.may_migrate().await, store.ready().await] {
        let error = refused.unwrap_err().to_string();
        let named =
            format!("user_2fa_settings.user_id must be unique, and 1 of its values is in several rows: {BOB} (2 rows)");
        assert!(error.contains(&named) && error.contains("delete the rows"), "{error}");
    }
    client.batch_execute("DELETE FROM user_2fa_settings WHERE totp_secret IS NULL").await.unwrap();
    store.may_migrate().await.unwrap();
    assert!(store.migrate().await.unwrap().len() > 16);
    store.ready().await.unwrap();
    // Also when all migrations were applied before.
    client.batch_execute("DROP INDEX postern_settings_user").await.unwrap();
    assert!(matches!(store.ready().await, Err(StoreError::Schema(_))));
    assert_eq!(store.migrate().await.unwrap(), ["unique index of user_2fa_settings.user_id"]);
    store.ready().await.unwrap();
}

#[tokio::test]
async fn a_copy_of_the_guide_s_attempts_without_their_time_is_mended() {
    let lacking =
        GUIDE.replace(" user_agent TEXT,\n        created_at TIMESTAMP DEFAULT NOW());", " user_agent TEXT);");
    let lacking: String =
        lacking.split_inclusive(';').filter(|part| !part.contains("CREATE INDEX idx_2fa_attempts")).collect();
    assert_ne!(lacking.len(), GUIDE.len());
    let (_database, client, store) = prepared(&[NETPILOT, &lacking]).await;
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    let sql = "SELECT count(*) FROM user_2fa_attempts WHERE created_at IS NOT NULL";
    assert_eq!(client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 1);
}

/// Tables of a copy whose columns hold less than the guide's.
fn narrow() -> (String, String) {
    let users = NETPILOT.replace("full_name VARCHAR(255)", "full_name VARCHAR(20)").replace("VARCHAR(500)", "CHAR(60)");
    let guide = GUIDE
        .replace("totp_secret VARCHAR(255), backup_codes TEXT[]", "totp_secret VARCHAR(40), backup_codes VARCHAR(64)[]")
        .replace("attempt_type VARCHAR(20) NOT NULL", "attempt_type VARCHAR(6) NOT NULL")
        .replace("user_agent TEXT", "user_agent VARCHAR(50)");
    (users, guide)
}

#[tokio::test]
async fn columns_that_are_too_narrow_are_widened_and_keep_their_contents() {
    let (users, guide) = narrow();
    let (_database, client, store) = prepared(&[&users, &guide]).await;
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    let sql = "SELECT count(*) FROM pg_trigger WHERE tgname = 'postern_profile_changed' AND tgenabled = 'O'";
    assert_eq!(
        client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0),
        1,
        "the trigger on the column is there again"
    );
    let long = ProviderIdentity {
        full_name: Some("ü".repeat(255)),
        avatar_url: Some(format!("https://pictures.example/{}", "x".repeat(400))),
        ..identity("ada")
    };
    let agent = Caller::new(None, Some(&"Mozilla/5.0 ".repeat(30)));
    let made = store.sign_in(&long, &NewSession { caller: agent.clone(), ..session(1) }).await.unwrap();
    let UserMatch::Linked(user) = made else { panic!("{made:?}") };
    assert_eq!(user.full_name, long.full_name);
    let attempt = AttemptRecord {
        id: EventId(uuid::Uuid::from_bytes([9; 16])),
        user: user.id,
        factor: SecondFactor::Backup,
        success: false,
        caller: agent,
        at: NOW,
    };
    store.record_attempt(&attempt).await.unwrap();
    let bob: UserId = BOB.parse().unwrap();
    let before = store.factors(bob).await.unwrap().unwrap();
    let sealed = StoredFactors { totp_secret: "s".repeat(200), backup_codes: vec!["d".repeat(200)], ..before.clone() };
    assert_eq!(before.totp_secret, "gAAAAAB-fernet");
    assert!(store.reseal(bob, &before, &sealed).await.unwrap());
    assert_eq!(store.factors(bob).await.unwrap(), Some(sealed));
    let sql = "SELECT user_id FROM user_2fa_attempts WHERE length(user_agent) > 300";
    assert_eq!(client.query(sql, &[]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_narrow_column_that_cannot_be_widened_is_not_ready_and_named() {
    let (users, guide) = narrow();
    let view = "CREATE VIEW people AS SELECT full_name FROM users";
    let (_database, client, store) = prepared(&[&users, &guide, view]).await;
    for refused in [store.migrate().await.map(drop), store.may_migrate().await, store.ready().await] {
        let error = refused.unwrap_err();
        assert!(matches!(&error, StoreError::Unsuitable(_)), "{error}");
        let text = error.to_string();
        let narrow = "users.full_name holds 20 characters, and 255 are needed";
        assert!(text.contains(narrow) && text.contains("view people"), "{text}");
    }
    client.batch_execute("DROP VIEW people").await.unwrap();
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
}
