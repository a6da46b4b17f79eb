//! TLS and Unix sockets, against the server of `scripts/with-postgres`.

use std::path::PathBuf;
use std::sync::Arc;

use postern_model::SecretString;
use postern_model::store::{Store, StoreError};
use postern_store::{PostgresOptions, PostgresStore};
use postern_testkit::entropy::SeededEntropy;
use postern_testkit::postgres::TestDatabase;

async fn ready(url: &str, root_certificates: Option<String>) -> Result<(), StoreError> {
    let options = PostgresOptions { root_certificates, ..PostgresOptions::new(SecretString::from(url)) };
    PostgresStore::connect(&options, Arc::new(SeededEntropy::default()))?.ready().await
}

/// The server's folder: its socket and its certificate lie there.
fn folder() -> PathBuf {
    let folder = std::env::var_os("POSTERN_TEST_DATABASE_FOLDER");
    folder.map_or_else(|| panic!("POSTERN_TEST_DATABASE_FOLDER is not set: use scripts/with-postgres"), PathBuf::from)
}

fn with_mode(database: &TestDatabase, mode: &str) -> String {
    database.url().replace("sslmode=disable", mode)
}

#[tokio::test]
async fn a_unix_socket_works() {
    let database = TestDatabase::migrated().await;
    let config: tokio_postgres::Config = database.url().parse().unwrap();
    let (password, port) = (config.get_password().unwrap(), config.get_ports().first().unwrap());
    let (password, host) = (String::from_utf8_lossy(password), folder());
    let url =
        format!("postgresql+psycopg2://postgres:{password}@/{}?host={}&port={port}", database.name(), host.display());
    ready(&url, None).await.unwrap();
}

#[tokio::test]
async fn an_address_alone_works_with_and_without_tls() {
    let database = TestDatabase::migrated().await;
    let config: tokio_postgres::Config = database.url().parse().unwrap();
    let (password, port) = (config.get_password().unwrap(), config.get_ports().first().unwrap());
    let (password, roots) = (String::from_utf8_lossy(password), folder().join("server.crt"));
    for (mode, roots) in [("disable", None), ("prefer", None), ("verify-ca", Some(roots))] {
        let name = database.name();
        let url = format!("postgresql://postgres:{password}@/{name}?hostaddr=127.0.0.1&port={port}&sslmode={mode}");
        ready(&url, roots.map(|file| std::fs::read_to_string(file).unwrap())).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_mode_the_connection_is_encrypted_and_a_self_signed_certificate_is_taken() {
    let database = TestDatabase::migrated().await;
    let options = PostgresOptions::new(SecretString::from(with_mode(&database, "")));
    let store = PostgresStore::connect(&options, Arc::new(SeededEntropy::default())).unwrap();
    store.ready().await.unwrap();
    let sql = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
               WHERE ssl AND datname = current_database() AND application_name = 'postern'";
    assert_eq!(database.client().await.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 1);
}

#[tokio::test]
async fn require_refuses_a_certificate_that_no_known_authority_signed() {
    let database = TestDatabase::migrated().await;
    for mode in ["sslmode=require", "sslmode=verify-full"] {
        let error = ready(&with_mode(&database, mode), None).await.unwrap_err();
        assert!(matches!(&error, StoreError::Unavailable(text) if text.contains("certificate")), "{error}");
    }
}

#[tokio::test]
async fn require_takes_a_certificate_of_the_configured_authority() {
    let database = TestDatabase::migrated().await;
    let roots = std::fs::read_to_string(folder().join("server.crt")).unwrap();
    ready(&with_mode(&database, "sslmode=require"), Some(roots)).await.unwrap();
    for broken in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let error = ready(&with_mode(&database, "sslmode=require"), Some(broken.to_owned())).await.unwrap_err();
        assert!(matches!(&error, StoreError::Refused(text) if text.contains("root certificates")), "{error}");
    }
}
