//! A gateway that starts on the data of a backend that ran the 2FA guide.

use std::sync::Arc;

use postern::storage::Storage;
use postern::system::SystemEntropy;
use tempfile::TempDir;

use super::raw::get;
use super::running::{config, start_config};

const USER: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
/// SHA-256 of a backup code, as the guide stores it.
const BARE: &str = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";

fn profile(key: Option<&str>) -> String {
    let key = key.map(|key| format!("legacy.totp_encryption_key = '{key}'\n")).unwrap_or_default();
    format!("legacy.profile = 'netpilot'\nlegacy.flask_session = false\nstore.url = 'sqlite'\n{key}")
}

/// A state folder with a user whose authenticator is the guide's, and its secret as it is stored.
async fn state(key: &str) -> (TempDir, rusqlite::Connection, String) {
    let state = TempDir::new().unwrap();
    let storage = Storage::open(&config(&state, &profile(None), ""), Arc::new(SystemEntropy::default())).unwrap();
    storage.migrate().await.unwrap();
    let rows = rusqlite::Connection::open(state.path().join("postern.sqlite3")).unwrap();
    let secret = fernet::Fernet::new(key).unwrap().encrypt(b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    rows.execute("INSERT INTO users (id, email) VALUES (?1, 'ada@example.com')", [USER]).unwrap();
    let sql = "INSERT INTO user_2fa_settings (id, user_id, is_enabled, totp_secret, backup_codes) VALUES (?1, ?1, TRUE, ?2, ?3)";
    rows.execute(sql, [USER, &secret, &format!("[\"{BARE}\"]")]).unwrap();
    (state, rows, secret)
}

fn stored(rows: &rusqlite::Connection) -> (String, String) {
    let sql = "SELECT totp_secret, backup_codes FROM user_2fa_settings";
    rows.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_imports_the_guide_s_authenticators_by_itself_and_once() {
    let key = fernet::Fernet::generate_key();
    let (state, rows, legacy) = state(&key).await;
    let mut before = legacy;
    for start in 0..2 {
        let gateway = start_config(config(&state, &profile(Some(&key)), "")).await.unwrap();
        let imported = async {
            while stored(&rows).0.starts_with("gAAAA") {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), imported).await.unwrap();
        let (secret, codes) = stored(&rows);
        assert!(!codes.contains(BARE), "bare SHA-256 is gone");
        assert_eq!(secret == before, start == 1, "a second start changes nothing");
        before = secret;
        let ready = get(gateway.management().unwrap(), "/readyz").await;
        assert!(ready.contains("200") && !ready.contains("for the import"), "{ready}");
        gateway.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_nothing_is_imported_and_readiness_names_the_rows() {
    let (state, rows, legacy) = state(&fernet::Fernet::generate_key()).await;
    let gateway = start_config(config(&state, &profile(None), "")).await.unwrap();
    let ready = get(gateway.management().unwrap(), "/readyz").await;
    assert!(ready.contains("waits for the import") && ready.contains(USER), "{ready}");
    assert!(ready.contains("totp_encryption_key"), "{ready}");
    assert_eq!(stored(&rows).0, legacy);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_not_fit_is_named_as_such() {
    let (state, rows, legacy) = state(&fernet::Fernet::generate_key()).await;
    let other = fernet::Fernet::generate_key();
    let gateway = start_config(config(&state, &profile(Some(&other)), "")).await.unwrap();
    let ready = get(gateway.management().unwrap(), "/readyz").await;
    assert!(ready.contains("200") && ready.contains(USER), "{ready}");
    assert!(ready.contains("legacy.totp_encryption_key is set and does not fit"), "{ready}");
    assert_eq!(stored(&rows).0, legacy);
    gateway.stop().await;
}
