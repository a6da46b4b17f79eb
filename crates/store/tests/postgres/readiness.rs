//! Ready means: the schema is the one that this version needs.

use postern_model::id::UserId;
use postern_model::store::{Store, StoreError, UserStore};
use postern_testkit::postgres::TestDatabase;

async fn after(sql: &str) -> StoreError {
    let database = TestDatabase::migrated().await;
    database.store().ready().await.unwrap();
    database.client().await.batch_execute(sql).await.unwrap();
    database.store().ready().await.unwrap_err()
}

#[tokio::test]
async fn a_database_that_was_never_migrated_is_not_ready_and_stays_untouched() {
    let database = TestDatabase::empty().await;
    let store = database.store();
    let error = store.ready().await.unwrap_err();
    assert!(matches!(&error, StoreError::Schema(text) if text.contains("run the migrations")), "{error}");
    let error = store.user(UserId(uuid::Uuid::nil())).await.unwrap_err();
    assert!(matches!(error, StoreError::Schema(_)), "{error}");
    let sql = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    let tables: i64 = database.client().await.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(tables, 0);
}

#[tokio::test]
async fn a_missing_migration_is_named() {
    let error = after("DELETE FROM postern.schema_history WHERE version = 3").await;
    assert!(matches!(&error, StoreError::Schema(text) if text.contains("V3")), "{error}");
}

#[tokio::test]
async fn a_newer_database_serves_on_beside_this_version() {
    let database = TestDatabase::migrated().await;
    let sql = "INSERT INTO postern.schema_history VALUES (999, 'future', '2030-01-01T00:00:00Z', '1')";
    database.client().await.batch_execute(sql).await.unwrap();
    database.store().ready().await.unwrap();
    assert!(database.store().migrate().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_column_that_someone_dropped_is_noticed() {
    let error = after("ALTER TABLE users DROP COLUMN twofa_enforced_at CASCADE").await;
    assert!(matches!(&error, StoreError::Unsuitable(text) if text.contains("users.twofa_enforced_at")), "{error}");
}

#[tokio::test]
async fn a_server_that_takes_no_writes_is_not_ready() {
    let database = TestDatabase::migrated().await;
    let sql = format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name());
    database.client().await.batch_execute(&sql).await.unwrap();
    let error = database.store().ready().await.unwrap_err();
    assert!(matches!(&error, StoreError::Unavailable(text) if text.contains("read-only")), "{error}");
}

#[tokio::test]
async fn a_role_that_lacks_a_right_is_not_ready_and_the_right_is_named() {
    let database = TestDatabase::migrated().await;
    let role = format!("{}_limited", database.name());
    let sql = format!(
        "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA public, postern TO {role};
         GRANT ALL ON ALL TABLES IN SCHEMA public, postern TO {role}; REVOKE DELETE ON postern.sessions FROM {role}"
    );
    let client = database.client().await;
    client.batch_execute(&sql).await.unwrap();
    client.batch_execute(&format!("ALTER DATABASE {} SET role = {role}", database.name())).await.unwrap();
    let store = database.store();
    let error = store.ready().await.unwrap_err();
    assert!(matches!(&error, StoreError::Unsuitable(text) if text.contains("postern.sessions: DELETE")), "{error}");
    // Every table of ours, so that the check knows those of later migrations too.
    client.batch_execute(&format!("GRANT ALL ON ALL TABLES IN SCHEMA postern TO {role}")).await.unwrap();
    let ours = "SELECT tablename FROM pg_tables WHERE schemaname = 'postern' AND tablename <> 'schema_history'";
    for row in client.query(ours, &[]).await.unwrap() {
        let table: String = row.get(0);
        client.batch_execute(&format!("REVOKE INSERT ON postern.{table} FROM {role}")).await.unwrap();
        let error = store.ready().await.unwrap_err();
        let named = format!("postern.{table}: INSERT");
        assert!(matches!(&error, StoreError::Unsuitable(text) if text.contains(&named)), "{named}: {error}");
        client.batch_execute(&format!("GRANT INSERT ON postern.{table} TO {role}")).await.unwrap();
    }
    store.ready().await.unwrap();
    for (revoke, named) in [
        (format!("REVOKE SELECT ON postern.sessions FROM {role}"), "postern.sessions: SELECT"),
        (format!("REVOKE USAGE ON SCHEMA postern FROM {role}"), "schema postern"),
    ] {
        client.batch_execute(&revoke).await.unwrap();
        let error = store.ready().await.unwrap_err();
        assert!(matches!(&error, StoreError::Unsuitable(text) if text.contains(named)), "{named}: {error}");
    }
    let error = store.may_migrate().await.unwrap_err();
    assert!(matches!(&error, StoreError::Unsuitable(_)), "{error}");
    client
        .batch_execute(&format!(
            "ALTER DATABASE {} RESET role; DROP OWNED BY {role}; DROP ROLE {role}",
            database.name()
        ))
        .await
        .unwrap();
}
