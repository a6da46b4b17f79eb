//! Tables of the backend that differ from the ones that the statements need.

use postern_model::attempt_log::AttemptRecord;
use postern_model::factor::SecondFactor;
use postern_model::id::{EventId, UserId};
use postern_model::session::Caller;
use postern_model::store::{FactorStore, Store, StoreError, UserStore};
use postern_model::user::UserMatch;
use postern_store::PostgresStore;
use postern_testkit::postgres::TestDatabase;
use tokio_postgres::Client;

use super::migrations::{ADA, BOB, GUIDE, NETPILOT, NOW, identity, prepared, session};

/// The tables as the guide's SQLAlchemy models make them, section 1.2; `id` is the base class's.
fn models(id: &str, codes: &str) -> String {
    format!(
        "ALTER TABLE users ADD COLUMN requires_2fa BOOLEAN, ADD COLUMN twofa_enforced_at TIMESTAMP;
         CREATE TABLE user_2fa_settings (
            id {id} PRIMARY KEY, user_id VARCHAR(255) NOT NULL, is_enabled BOOLEAN, totp_secret VARCHAR(255), backup_codes {codes},
            sms_phone VARCHAR(20), email_2fa_enabled BOOLEAN, last_used_at TIMESTAMP, setup_token VARCHAR(255),
            setup_expires_at TIMESTAMP, failed_attempts INTEGER, locked_until TIMESTAMP, created_at TIMESTAMP, updated_at TIMESTAMP);
         CREATE UNIQUE INDEX ix_user_2fa_settings_user_id ON user_2fa_settings (user_id);
         CREATE TABLE user_2fa_attempts (
            id {id} PRIMARY KEY, user_id VARCHAR(255) NOT NULL, attempt_type VARCHAR(20) NOT NULL, success BOOLEAN NOT NULL,
            ip_address VARCHAR(45), user_agent TEXT, created_at TIMESTAMP, updated_at TIMESTAMP);
         CREATE INDEX ix_user_2fa_attempts_user_id ON user_2fa_attempts (user_id);"
    )
}

fn enrolled(id: &str, codes: &str) -> String {
    format!(
        "INSERT INTO user_2fa_settings (id, user_id, is_enabled, totp_secret, backup_codes)
            VALUES ({id}, '{BOB}', true, 'gAAAAAB-fernet', {codes});
         INSERT INTO user_2fa_attempts (id, user_id, attempt_type, success, ip_address)
            VALUES ({id}, '{BOB}', 'totp', true, '192.0.2.1');"
    )
}

async fn works(client: &Client, store: &PostgresStore) {
    store.ready().await.unwrap();
    let bob: UserId = BOB.parse().unwrap();
    let factors = store.factors(bob).await.unwrap().unwrap();
    assert_eq!(factors.backup_codes, ["aa", "bb"]);
    assert!(store.reseal(bob, &factors, &factors).await.unwrap());
    assert!(store.unlock(bob).await.unwrap());
    let attempt = AttemptRecord {
        id: EventId(uuid::Uuid::from_bytes([9; 16])),
        user: bob,
        factor: SecondFactor::Totp,
        success: true,
        caller: Caller::new(Some([192, 0, 2, 7].into()), Some("browser")),
        at: NOW,
    };
    store.record_attempt(&attempt).await.unwrap();
    let sql = "SELECT count(*) FROM user_2fa_attempts WHERE user_id = (SELECT user_id FROM user_2fa_settings)";
    assert_eq!(client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 2);
    // The backend goes on writing rows, and its statements compare with text.
    let added = format!("INSERT INTO user_2fa_settings (id, user_id) VALUES (gen_random_uuid(), '{ADA}')");
    client.batch_execute(&added).await.unwrap();
}

#[tokio::test]
async fn tables_of_the_guide_s_models_are_converted_and_used() {
    let base = "DO $$ BEGIN END $$;";
    for (id, codes, row) in [
        ("UUID", "VARCHAR[]", enrolled("gen_random_uuid()", "ARRAY['aa', 'bb']")),
        ("SERIAL", "JSON", enrolled("DEFAULT", "'[\"aa\", \"bb\"]'")),
        ("BIGINT GENERATED ALWAYS AS IDENTITY", "JSONB", enrolled("DEFAULT", "'[\"aa\", \"bb\"]'")),
        ("VARCHAR(36) DEFAULT gen_random_uuid()", "TEXT", enrolled("DEFAULT", "'[\"aa\",\"bb\"]'")),
    ] {
        let (_database, client, store) = prepared(&[NETPILOT, base, &models(id, codes), &row]).await;
        assert!(matches!(store.ready().await, Err(StoreError::Schema(_))));
        store.may_migrate().await.unwrap();
        let done = store.migrate().await.unwrap();
        let user = "user_2fa_settings.user_id uuid instead of character varying(255)";
        assert!(done.iter().any(|step| step == user), "{done:?}");
        works(&client, &store).await;
        assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
    }
}

/// What was refused, with the tables untouched.
async fn refused(sql: &[&str]) -> String {
    let (_database, client, store) = prepared(sql).await;
    let mut texts = Vec::new();
    for refused in [store.may_migrate().await, store.ready().await, store.migrate().await.map(drop)] {
        match refused.unwrap_err() {
            StoreError::Unsuitable(text) => texts.push(text),
            other => panic!("{other}"),
        }
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "one judgement: {texts:?}");
    let untouched = "SELECT to_regnamespace('postern') IS NULL AND NOT EXISTS (SELECT 1 FROM pg_attribute \
                     WHERE attrelid = to_regclass('users') AND attname = 'oidc_issuer')";
    assert!(client.query_one(untouched, &[]).await.unwrap().get::<_, bool>(0));
    texts.remove(0)
}

#[tokio::test]
async fn tables_that_cannot_be_converted_are_refused_before_anything_is_changed() {
    let models = models("UUID", "TEXT[]");
    let stranger = "INSERT INTO user_2fa_settings (id, user_id) VALUES (gen_random_uuid(), 'bob')";
    let text = refused(&[NETPILOT, &models, stranger]).await;
    let stated =
        "user_2fa_settings.user_id is character varying(255), and uuid is needed: not every value can be converted";
    assert!(text.contains(stated) && text.contains("\"bob\"") && text.contains("then run postern migrate"), "{text}");

    let view = "CREATE VIEW enrolled AS SELECT user_id FROM user_2fa_settings";
    let text = refused(&[NETPILOT, &models, view]).await;
    assert!(text.contains("the migrations change it once rule _RETURN on view enrolled is dropped"), "{text}");

    let numbers = "CREATE TABLE users (id SERIAL PRIMARY KEY, google_id TEXT UNIQUE, email TEXT NOT NULL UNIQUE)";
    let text = refused(&[numbers]).await;
    assert!(text.contains("users.id is integer, and uuid is needed: change it (ALTER TABLE users"), "{text}");

    let twice = "INSERT INTO users (id, google_id, email) VALUES (gen_random_uuid(), 'sub-bob', 'bob2@example.com')";
    let text = refused(&[NETPILOT, "DROP INDEX ix_users_google_id", twice]).await;
    assert!(text.contains("users.google_id must be unique") && text.contains(BOB), "{text}");
    assert!(!text.contains("@example.com"), "{text}");

    let mandatory = GUIDE.replace("user_agent TEXT", "user_agent TEXT, tenant TEXT");
    let mandatory = format!(
        "{mandatory}; UPDATE user_2fa_attempts SET tenant = ''; ALTER TABLE user_2fa_attempts ALTER tenant SET NOT NULL"
    );
    let text =
        refused(&[NETPILOT, &mandatory.replace("ALTER TABLE users ADD COLUMN twofa_enforced_at TIMESTAMP;", "")]).await;
    assert!(text.contains("user_2fa_attempts.tenant is NOT NULL") && text.contains("DROP NOT NULL"), "{text}");
}

#[tokio::test]
async fn columns_that_were_dropped_after_the_migrations_are_mended_by_the_next() {
    let database = TestDatabase::migrated().await;
    let (client, store) = (database.client().await, database.store());
    for path in [
        "users.full_name",
        "users.last_login",
        "users.updated_at",
        "user_2fa_settings.failed_attempts",
        "user_2fa_settings.totp_last_step",
        "user_2fa_settings.backup_locked_until",
        "user_2fa_settings.totp_id",
        "user_2fa_attempts.user_agent",
        "user_2fa_attempts.attempt_type",
    ] {
        let (table, column) = path.split_once('.').unwrap();
        client.batch_execute(&format!("ALTER TABLE {table} DROP COLUMN {column} CASCADE")).await.unwrap();
        let error = store.ready().await.unwrap_err();
        assert!(matches!(&error, StoreError::Schema(text) if text.contains(&format!("{path} is missing"))), "{error}");
        store.may_migrate().await.unwrap();
        let done = store.migrate().await.unwrap();
        assert!(done.first().is_some_and(|step| step.starts_with(path)), "{done:?}");
        store.ready().await.unwrap();
    }
    let sql = "SELECT count(*) FROM pg_trigger WHERE tgname IN ('postern_profile_changed', 'postern_first_authenticator_changed')";
    assert_eq!(
        client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0),
        2,
        "went with the columns, and are there again"
    );
}

#[tokio::test]
async fn columns_that_decide_who_gets_in_and_those_of_the_gateway_are_never_made_up() {
    let listed = "SELECT c.table_schema || '.' || c.table_name, c.column_name FROM information_schema.columns c
        WHERE table_schema = 'postern' AND table_name <> 'schema_history' ORDER BY 1, 2";
    let columns: Vec<(String, String)> = {
        let database = TestDatabase::migrated().await;
        let rows = database.client().await.query(listed, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    };
    let decides = [
        ("users", "is_active"),
        ("users", "requires_2fa"),
        ("users", "oidc_issuer"),
        ("user_2fa_settings", "is_enabled"),
    ];
    let decides = decides.map(|(table, column)| (table.to_owned(), column.to_owned()));
    let database = TestDatabase::migrated().await;
    let (client, store) = (database.client().await, database.store());
    for (table, column) in columns.iter().chain(&decides) {
        // Renaming takes nothing with it, so that one database serves for all.
        client.batch_execute(&format!("ALTER TABLE {table} RENAME {column} TO away")).await.unwrap();
        let error = store.ready().await.unwrap_err();
        let named = format!("{}.{column}", table);
        assert!(matches!(&error, StoreError::Unsuitable(text) if text.contains(&named)), "{named}: {error}");
        assert_eq!(store.migrate().await.unwrap_err().to_string(), error.to_string());
        assert_eq!(store.may_migrate().await.unwrap_err().to_string(), error.to_string());
        client.batch_execute(&format!("ALTER TABLE {table} RENAME away TO {column}")).await.unwrap();
    }
    store.ready().await.unwrap();
}

#[tokio::test]
async fn times_with_and_without_time_zone_go_together() {
    let mixed = NETPILOT.replace("last_login TIMESTAMP WITHOUT", "last_login TIMESTAMP WITH");
    let guide = GUIDE.replace("last_used_at TIMESTAMP", "last_used_at TIMESTAMPTZ");
    let (_database, client, store) = prepared(&[&mixed, &guide, "ALTER DATABASE postgres SET timezone = 'UTC'"]).await;
    store.migrate().await.unwrap();
    for (name, n) in [("new", 1), ("ada", 2), ("bob", 3)] {
        let matched = store.sign_in(&identity(name), &session(n)).await.unwrap();
        let (UserMatch::Created(user) | UserMatch::Linked(user) | UserMatch::Known(user)) = matched else {
            panic!("{matched:?}")
        };
        assert_eq!(user.last_login, Some(NOW), "{name}");
    }
    let sql = "SELECT count(*) FROM users WHERE last_login AT TIME ZONE 'UTC' = updated_at";
    assert_eq!(client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 3);
}

#[tokio::test]
async fn a_column_that_new_users_cannot_fill_is_a_concern_and_named() {
    let tenant = NETPILOT.replacen("is_active BOOLEAN,", "is_active BOOLEAN, tenant TEXT,", 1);
    let (_database, client, store) =
        prepared(&[&tenant, "UPDATE users SET tenant = ''; ALTER TABLE users ALTER tenant SET NOT NULL"]).await;
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    let concerns = store.concerns().await.unwrap();
    assert!(
        matches!(&concerns[..], [one] if one.contains("users.tenant is NOT NULL") && one.contains("a default")),
        "{concerns:?}"
    );
    let error = store.sign_in(&identity("new"), &session(1)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unsuitable(text) if text.contains("\"tenant\"")), "{error}");
    for remedy in ["ALTER TABLE users ALTER tenant SET DEFAULT ''", "ALTER TABLE users ALTER full_name SET NOT NULL"] {
        client.batch_execute("UPDATE users SET full_name = coalesce(full_name, '')").await.unwrap();
        client.batch_execute(remedy).await.unwrap();
        let named = store.concerns().await.unwrap().join(" ");
        assert_eq!(named.contains("users.full_name is NOT NULL"), remedy.contains("full_name"), "{named}");
    }
}
