//! What only the SQLite store does.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::session::{NewSession, TokenHash};
use postern_model::store::{FactorStore, SessionStore, Store, StoreError, UserStore};
use postern_model::user::{ProviderIdentity, UserMatch};
use postern_store::SqliteStore;
use postern_testkit::clock::ManualClock;
use postern_testkit::entropy::SeededEntropy;
use postern_testkit::session;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, Arc::new(SeededEntropy::default()))
}

fn ada() -> (ProviderIdentity, NewSession) {
    let identity = ProviderIdentity { may_link: true, ..session::ada() };
    (identity, session::new_session(1, TokenHash([1; 32]), Timestamp::from_secs(1_800_000_000)))
}

#[tokio::test]
async fn a_store_in_memory_works_without_a_file() {
    let store = SqliteStore::open_in_memory(Arc::new(SeededEntropy::default())).unwrap();
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    let (identity, session) = ada();
    store.sign_in(&identity, &session).await.unwrap();
    assert!(store.session(&session.token).await.unwrap().is_some());
}

#[tokio::test]
async fn opening_does_not_migrate_and_migrating_twice_does_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("postern.db")).unwrap();
    let error = store.ready().await.unwrap_err();
    assert!(matches!(&error, StoreError::Schema(text) if text.contains("run the migrations")), "{error}");
    let error = store.users(1).await.unwrap_err();
    assert!(matches!(error, StoreError::Schema(_)), "{error}");
    assert_eq!(store.migrate().await.unwrap().len(), 17);
    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
    store.ready().await.unwrap();
}

#[tokio::test]
async fn another_process_s_data_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postern.db");
    let store = open(&path).unwrap();
    store.migrate().await.unwrap();
    let (identity, session) = ada();
    store.sign_in(&identity, &session).await.unwrap();
    drop(store);
    assert!(open(&path).unwrap().session(&session.token).await.unwrap().is_some());
}

#[tokio::test]
async fn a_newer_database_serves_on_and_a_dropped_column_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postern.db");
    let store = open(&path).unwrap();
    store.migrate().await.unwrap();
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch("INSERT INTO postern_schema_history VALUES (999, 'future', '2030-01-01T00:00:00Z', '1')")
        .unwrap();
    store.ready().await.unwrap();
    assert!(store.migrate().await.unwrap().is_empty());
    raw.execute_batch("ALTER TABLE users DROP COLUMN twofa_enforced_at").unwrap();
    let error = store.ready().await.unwrap_err();
    assert!(matches!(&error, StoreError::Unsuitable(text) if text.contains("twofa_enforced_at")), "{error}");
    assert_eq!(store.migrate().await.unwrap_err().to_string(), error.to_string(), "one judgement");
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = open(&folder.path().join("no/such/folder.db")).err().unwrap().to_string();
    assert!(missing.contains("no/such/folder.db"), "{missing}");
    let other = folder.path().join("notes.txt");
    std::fs::write(&other, "these are my notes, not a database; ".repeat(100)).unwrap();
    let error = open(&other).err().unwrap();
    assert!(matches!(&error, StoreError::Unavailable(text) if text.contains("notes.txt")), "{error}");
    assert!(std::fs::read_to_string(&other).unwrap().starts_with("these are my notes"));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_reads_the_file_and_its_side_files() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("postern.db")).unwrap();
    store.migrate().await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert!(files.len() >= 2, "the write-ahead log is there");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}

/// SQLite takes any value in any column.
#[tokio::test]
async fn values_of_the_wrong_kind_are_named_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postern.db");
    let store = open(&path).unwrap();
    store.migrate().await.unwrap();
    let (identity, session) = ada();
    let Ok(UserMatch::Created(user)) = store.sign_in(&identity, &session).await else { unreachable!() };
    let raw = rusqlite::Connection::open(&path).unwrap();
    let insert = format!(
        "INSERT INTO user_2fa_settings (id, user_id, is_enabled, totp_secret) VALUES ('{0}', '{0}', TRUE, 's')",
        user.id
    );
    raw.execute_batch(&insert).unwrap();
    // Putting a row back must not end the sessions that refer to it.
    raw.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for (set, column) in [
        ("user_2fa_settings SET backup_codes = 'hunter2'", "user_2fa_settings.backup_codes"),
        ("user_2fa_settings SET backup_codes = '[1]'", "user_2fa_settings.backup_codes"),
        ("users SET created_at = 'hunter2'", "users.created_at"),
        ("users SET requires_2fa = 'hunter2'", "users.requires_2fa"),
        ("users SET email = x'ff'", "users.email"),
        ("postern_sessions SET version = 'hunter2'", "postern_sessions.version"),
        ("postern_sessions SET ip_address = 'hunter2'", "postern_sessions.ip_address"),
        ("postern_sessions SET last_seen_at = 'hunter2'", "postern_sessions.last_seen_at"),
    ] {
        let (table, _) = set.split_once(' ').unwrap();
        raw.execute_batch(&format!(
            "SAVEPOINT before; CREATE TEMP TABLE kept AS SELECT * FROM {table}; UPDATE {set}; RELEASE before"
        ))
        .unwrap();
        let error = store.session(&session.token).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, StoreError::Corrupt { .. }) && text.contains(column), "{set}: {text}");
        assert!(!text.contains("hunter2"), "{text}");
        raw.execute_batch(&format!("REPLACE INTO {table} SELECT * FROM kept; DROP TABLE kept")).unwrap();
        assert!(store.session(&session.token).await.unwrap().is_some(), "{set}");
    }
    raw.execute_batch("UPDATE user_2fa_settings SET backup_codes = 'hunter2'").unwrap();
    assert!(matches!(store.factors(user.id).await, Err(StoreError::Corrupt { .. })));
}

#[tokio::test]
async fn an_identifier_in_capitals_is_the_same_identifier() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postern.db");
    let store = open(&path).unwrap();
    store.migrate().await.unwrap();
    let id: UserId = "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap();
    let raw = rusqlite::Connection::open(&path).unwrap();
    let insert =
        format!("INSERT INTO users (id, email) VALUES ('{}', 'ada@example.com')", id.to_string().to_uppercase());
    raw.execute_batch(&insert).unwrap();
    let (identity, session) = ada();
    let matched = store.sign_in(&identity, &session).await.unwrap();
    assert!(matches!(matched, UserMatch::Linked(user) if user.id == id));
    assert!(store.session(&session.token).await.unwrap().is_some());
}

/// Passes on what it hears.
struct Forward(UnboundedSender<Option<Invalidation>>);

impl InvalidationSink for Forward {
    fn invalidate(&self, change: Invalidation) {
        self.0.send(Some(change)).ok();
    }

    fn complete_until(&self, _: Timestamp) {
        self.0.send(None).ok();
    }
}

#[tokio::test]
async fn changes_by_sql_are_noticed_and_our_own_are_no_change_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postern.db");
    let store = open(&path).unwrap();
    store.migrate().await.unwrap();
    let (identity, session) = ada();
    store.sign_in(&identity, &session).await.unwrap();
    let (sender, mut heard) = unbounded_channel();
    store.subscribe(Arc::new(Forward(sender)));
    let listening = store.clone();
    tokio::spawn(async move { listening.listen(Arc::new(ManualClock::default()), Duration::from_millis(10)).await });
    let mut next = async || tokio::time::timeout(Duration::from_secs(20), heard.recv()).await.unwrap().unwrap();
    assert_eq!([next().await, next().await], [Some(Invalidation::Everything), None], "the first beat knows nothing");
    assert_eq!(next().await, None, "then nothing has changed");

    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute("DELETE FROM postern_sessions", []).unwrap();
    let changed = loop {
        match next().await {
            None => {}
            Some(change) => break change,
        }
    };
    assert_eq!(changed, Invalidation::Everything);

    store.sign_in(&identity, &session).await.unwrap();
    let ada = store.user_by_email("ada@example.com").await.unwrap().unwrap();
    assert!(store.end_session(ada.id, session.id).await.unwrap());
    loop {
        match next().await {
            Some(Invalidation::Token(token)) if token == session.token => break,
            Some(Invalidation::Everything) => panic!("our own changes are told by name"),
            _ => {}
        }
    }
    for _ in 0..3 {
        assert_eq!(next().await, None, "and once");
    }
}

/// A program that opens the database and is the last to hold a lock on it takes its log along when it leaves.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_open_store_holds_the_locks_that_keep_other_programs_from_removing_its_log() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postern.db");
    open(&path).unwrap().migrate().await.unwrap();
    let store = open(&path).unwrap();
    store.ready().await.unwrap();
    // "1: POSIX ADVISORY READ PID MAJOR:MINOR:INODE FIRST LAST" (proc_locks(5))
    let inode = std::fs::metadata(&path).unwrap().ino().to_string();
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    let held = locks.lines().filter(|lock| {
        let parts: Vec<_> = lock.split_whitespace().collect();
        parts.get(4) == Some(&&*std::process::id().to_string())
            && parts.get(5).and_then(|file| file.rsplit(':').next()) == Some(&inode)
    });
    assert_ne!(held.count(), 0, "{locks}");
}
