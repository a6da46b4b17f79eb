//! Commands on the embedded store.

use std::sync::Arc;

use postern::storage::Storage;
use postern::system::{SystemClock, SystemEntropy};
use postern_config::{Sources, load};
use postern_keystore::SessionToken;
use postern_model::clock::Clock;
use postern_model::id::SessionId;
use postern_model::session::{Caller, NewSession, Vouched};
use postern_model::user::ProviderIdentity;

use super::program::Program;

/// Signs a person in, straight in the store.
fn sign_in(program: &Program, email: &str) -> SessionId {
    let sources = Sources { file: Some(program.path("postern.toml")), ..Sources::default() };
    let config = load(&sources).unwrap().config;
    let entropy = Arc::new(SystemEntropy::default());
    let store = Storage::open(&config, entropy.clone()).unwrap().port();
    let identity = ProviderIdentity {
        issuer: "https://accounts.google.com".to_owned(),
        subject: format!("subject of {email}"),
        email: email.to_owned(),
        full_name: Some("Ada \u{1b}[31m".to_owned()),
        avatar_url: None,
        may_link: false,
    };
    let session = NewSession {
        id: SessionId::draw(entropy.as_ref()),
        token: SessionToken::draw(entropy.as_ref()).hash(),
        at: SystemClock.now(),
        caller: Caller::new(Some([192, 0, 2, 7].into()), Some("browser\u{1b}[2J")),
        vouched: Vouched { email: Some(email.to_owned()), hosted_domain: None },
        replaces: None,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(store.sign_in(&identity, &session)).unwrap();
    session.id
}

#[test]
fn a_store_without_schema_is_4_until_it_is_migrated() {
    let program = Program::new();
    let before = program.run(&["users", "list"]);
    assert_eq!(before.code, 4, "{}", before.err);
    assert!(before.err.contains("run postern migrate"), "{}", before.err);
    assert!(program.run(&["migrate"]).out.contains("applied"));
    assert!(program.run(&["migrate"]).out.contains("up to date"));
    let after = program.run(&["users", "list"]);
    assert_eq!(after.code, 0, "{}", after.err);
    assert!(after.out.starts_with("EMAIL"), "{}", after.out);
}

#[test]
fn users_are_listed_shown_and_changed() {
    let program = Program::new();
    program.run(&["migrate"]);
    sign_in(&program, "ada@example.com");
    let json = |arguments: &[&str]| -> serde_json::Value {
        let ran = program.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    };
    assert_eq!(json(&["users", "list"])[0]["email"], "ada@example.com");
    let shown = program.run(&["users", "show", "ADA@example.com"]);
    assert!(shown.out.contains("Ada \\u{1b}[31m"), "{}", shown.out);
    assert!(!shown.out.contains('\u{1b}'));

    assert_eq!(json(&["users", "require", "ada@example.com"])["done"], "second factor requirement");
    let user = json(&["users", "show", "ada@example.com"]);
    assert_eq!(user["requires_2fa"], true);
    assert!(user["twofa_enforced_at"].is_string());
    json(&["users", "require", "ada@example.com", "--off"]);
    assert!(json(&["users", "show", "ada@example.com"])["twofa_enforced_at"].is_null());

    json(&["users", "disable", "ada@example.com"]);
    let user = json(&["users", "show", "ada@example.com"]);
    assert_eq!((user["is_active"].as_bool(), user["sessions"].as_u64()), (Some(false), Some(0)));
    json(&["users", "enable", "ada@example.com"]);
    assert_eq!(json(&["users", "show", "ada@example.com"])["activity"][0]["event"], "administered");

    for command in [["users", "reset"], ["users", "unlock"]] {
        let none = program.run(&[&command[..], &["ada@example.com"]].concat());
        assert!(none.code == 1 && none.err.contains("has no second factor"), "{}", none.err);
    }
    let unknown = program.run(&["users", "show", "eve@example.com"]);
    assert!(unknown.code == 1 && unknown.err.contains("no such user: \"eve@example.com\""), "{}", unknown.err);
}

#[test]
fn check_explains_what_a_user_of_the_store_gets() {
    let program = Program::new();
    program.run(&["migrate"]);
    sign_in(&program, "ada@example.com");
    program.configure(
        "route = [{ path = '/ops', access = 'first-factor', groups = ['ops'] }, { path = '/boss', access = \
         'first-factor', emails = ['ADA@example.com'] }]",
    );
    let explain = |path: &str, user: &str| {
        let url = format!("http://localhost:8080{path}");
        let ran = program.run(&["--json", "check", "--explain", "GET", &url, "--as", user]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        serde_json::from_str::<serde_json::Value>(&ran.out).unwrap()
    };
    let sessions = |told: &serde_json::Value| -> Vec<String> {
        told["sessions"].as_array().unwrap().iter().map(|row| row["answer"].as_str().unwrap().to_owned()).collect()
    };
    let sign_in = "401 SIGN_IN_REQUIRED: must sign in";
    let outside = explain("/ops", "ada@example.com");
    let stranger = "403: not in groups [ops]";
    assert_eq!(sessions(&outside), [sign_in, stranger, stranger]);
    let who = outside["user"].as_str().unwrap();
    assert!(who.contains("groups [], no authenticator") && who.contains("address ada@example.com"), "{who}");

    let store = rusqlite::Connection::open(program.path("state").join("postern.sqlite3")).unwrap();
    store.execute("INSERT INTO postern_user_groups (user_id, name) SELECT id, 'ops' FROM users", []).unwrap();
    assert_eq!(sessions(&explain("/ops", "ADA@example.com")), [sign_in, "passes", "passes"]);
    assert_eq!(sessions(&explain("/boss", "ada@example.com")), [sign_in, "passes", "passes"]);
    let enrol = "401 ENROLMENT_REQUIRED: must enrol a second factor";
    assert_eq!(sessions(&explain("/else", "ada@example.com")), [sign_in, enrol, enrol]);
    program.run(&["users", "disable", "ada@example.com"]);
    let off = "401 SIGN_IN_REQUIRED: the user is disabled and cannot sign in";
    assert_eq!(sessions(&explain("/ops", "ada@example.com")), [sign_in, off, off]);
    let unknown = program.run(&["check", "--explain", "GET", "http://localhost:8080/x", "--as", "eve@example.com"]);
    assert!(unknown.code == 1 && unknown.err.contains("no such user"), "{}", unknown.err);
}

#[test]
fn sessions_are_listed_and_revoked() {
    let program = Program::new();
    program.run(&["migrate"]);
    let session = sign_in(&program, "ada@example.com").to_string();
    let listed = program.run(&["sessions", "list", "ada@example.com"]);
    assert!(listed.out.contains(&session) && listed.out.contains("192.0.2.7"), "{}", listed.out);
    let revoked = program.run(&["sessions", "revoke", "ada@example.com", &session]);
    assert!(revoked.code == 0 && revoked.out.contains("1 ended; on every replica within 10 s"), "{}", revoked.out);
    let again = program.run(&["sessions", "revoke", "ada@example.com", &session]);
    assert!(again.code == 1 && again.err.contains("has no session"), "{}", again.err);
    assert_eq!(program.run(&["sessions", "revoke", "ada@example.com"]).code, 0);
}

#[test]
fn an_import_needs_its_key() {
    let program = Program::new();
    program.run(&["migrate"]);
    let without = program.run(&["import", "netpilot"]);
    assert!(without.code == 1 && without.err.contains("legacy.totp_encryption_key"), "{}", without.err);
    let profile = [
        ("POSTERN_LEGACY__PROFILE", "netpilot"),
        ("POSTERN_LEGACY__FLASK_SESSION", "false"),
        ("POSTERN_STORE__URL", "sqlite"),
        ("TOTP_ENCRYPTION_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
    ];
    let ran = program.run_with(&["import", "netpilot"], &profile);
    assert!(ran.code == 0 && ran.out.contains("0 imported"), "{}{}", ran.out, ran.err);
}
