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
pub(crate) fn sign_in(program: &Program, email: &str) -> SessionId {
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
        vouched: Vouched { email: Some(email.to_owned()), hosted_domain: None, given_name: None },
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

    for command in [&["users", "reset", "--yes"][..], &["users", "unlock"]] {
        let none = program.run(&[command, &["ada@example.com"]].concat());
        assert!(none.code == 1 && none.err.contains("has no second factor"), "{}", none.err);
    }
    let unknown = program.run(&["users", "show", "eve@example.com"]);
    assert!(unknown.code == 1 && unknown.err.contains("no such user: \"eve@example.com\""), "{}", unknown.err);
}

#[test]
fn the_apps_and_passkeys_of_a_user_are_shown_with_their_last_use() {
    let program = Program::new();
    program.run(&["migrate"]);
    sign_in(&program, "ada@example.com");
    enrol(&program);
    let store = rusqlite::Connection::open(program.path("state").join("postern.sqlite3")).unwrap();
    let factor = "0195b0a4-7f6e-7c00-8000-000000000001";
    let sql = format!(
        "UPDATE user_2fa_settings SET totp_last_step = 60000000;
         INSERT INTO postern_authenticators (id, user_id, factor_id, totp_secret, name, created_at)
         SELECT '0195b0a4-7f6e-7c00-8000-000000000002', id, '{factor}', 'sealed', 'Tablet', '2026-01-02 03:04:05' FROM users;
         INSERT INTO postern_passkeys (id, user_id, factor_id, credential, public_key, counter, backup_eligible, backed_up,
         name, created_at, last_used_at)
         SELECT '0195b0a4-7f6e-7c00-8000-000000000003', id, '{factor}', x'01', x'a0', 0, TRUE, TRUE, 'Key' || char(27),
         '2026-01-02 03:04:05', '2026-02-03 04:05:06' FROM users;"
    );
    store.execute_batch(&sql).unwrap();
    let shown = program.run(&["users", "show", "ada@example.com"]).out;
    for line in [
        "without a name: added ",
        "last used 2027-01-15T08:00:00",
        "Tablet: added 2026-01-02T03:04:05",
        "not used yet",
        "Key\\u{1b}: added 2026-01-02T03:04:05",
        "last used 2026-02-03T04:05:06",
        "synced",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let shown = program.run(&["users", "show", "ada@example.com", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(shown["authenticators"][1]["name"], "Tablet");
    assert!(shown["authenticators"][1]["last_used_at"].is_null() && shown["authenticators"][0]["name"].is_null());
    assert_eq!((&shown["passkeys"][0]["synced"], shown["passkeys"].as_array().unwrap().len()), (&true.into(), 1));
    assert!(shown["passkeys"][0]["last_used_at"].as_str().unwrap().starts_with("2026-02-03T04:05:06"));
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

/// The audit events, oldest first: kind, user, address, who and detail.
pub(crate) fn audit(program: &Program) -> Vec<[Option<String>; 5]> {
    let store = rusqlite::Connection::open(program.path("state").join("postern.sqlite3")).unwrap();
    let sql = "SELECT kind, user_id, ip_address, user_agent, detail FROM postern_audit_events ORDER BY at, id";
    let mut statement = store.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]));
    rows.unwrap().map(Result::unwrap).collect()
}

/// Gives a user an authenticator that is locked.
pub(crate) fn enrol(program: &Program) {
    let store = rusqlite::Connection::open(program.path("state").join("postern.sqlite3")).unwrap();
    let sql = "INSERT INTO user_2fa_settings (id, user_id, is_enabled, totp_secret, failed_attempts, locked_until) \
               SELECT '0195b0a4-7f6e-7c00-8000-000000000001', id, TRUE, 'sealed', 4, '2099-01-01 00:00:00' FROM users";
    store.execute(sql, []).unwrap();
}

#[test]
fn every_change_names_who_whom_and_from_where() {
    let program = Program::new();
    program.run(&["migrate"]);
    let session = sign_in(&program, "ada@example.com").to_string();
    let sudo = [("SUDO_USER", "grace"), ("SSH_CONNECTION", "192.0.2.9 50000 192.0.2.1 22")];
    for arguments in [
        &["users", "require", "ada@example.com"][..],
        &["users", "groups", "ada@example.com", "--add", "ops"],
        &["sessions", "revoke", "ada@example.com", &session],
        &["sessions", "revoke", "--user", "ada@example.com"],
        &["users", "relink", "ada@example.com", "--subject", "104", "--yes"],
        &["users", "disable", "ada@example.com"],
        &["sessions", "revoke", "--all", "--yes"],
        &["keys", "rotate"],
        &["keys", "reseal"],
    ] {
        let ran = program.run_with(arguments, &sudo);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    }
    let events = audit(&program);
    let kinds: Vec<_> = events.iter().map(|event| event[0].clone().unwrap()).collect();
    let (changed, revoked) = ("administered", "session-revoked");
    assert_eq!(kinds, [changed, changed, revoked, revoked, changed, changed, revoked, changed, changed]);
    for event in &events {
        let who = event[3].as_deref().unwrap();
        assert!(who.starts_with("postern command line: ") && who.contains("uid "), "{who}");
        assert!(who.contains(", sudo by grace"), "{who}");
        assert_eq!(event[2].as_deref(), Some("192.0.2.9"));
    }
    let whom: Vec<_> = events.iter().map(|event| event[1].is_some()).collect();
    assert_eq!(whom, [true, true, true, true, true, true, false, false, false]);
    assert_eq!(events[1][4].as_deref(), Some("groups: +ops"));
    let relinked = "relinked: subject 104 in place of subject of ada@example.com";
    assert_eq!(events[4][4].as_deref(), Some(relinked));
    let shown = program.run(&["users", "show", "ada@example.com"]).out;
    assert!(shown.contains("sudo by grace") && shown.contains(relinked), "{shown}");
}

#[test]
fn groups_are_shown_added_removed_and_set() {
    let program = Program::new();
    program.run(&["migrate"]);
    sign_in(&program, "ada@example.com");
    let groups = |arguments: &[&str]| {
        let ran = program.run(&[&["--json", "users", "groups", "ada@example.com"], arguments].concat());
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        serde_json::from_str::<serde_json::Value>(&ran.out).unwrap()["groups"].clone()
    };
    assert_eq!(groups(&[]), serde_json::json!([]));
    assert_eq!(groups(&["--add", "ops", "--add", "dev team"]), serde_json::json!(["dev team", "ops"]));
    assert_eq!(groups(&["--remove", "ops", "--add", "qa"]), serde_json::json!(["dev team", "qa"]));
    assert_eq!(groups(&["--exactly", "a, qa"]), serde_json::json!(["a", "qa"]));
    assert_eq!(groups(&[]), serde_json::json!(["a", "qa"]));
    assert!(program.run(&["users", "show", "ada@example.com"]).out.contains("a, qa"));
    assert_eq!(groups(&["--exactly", ""]), serde_json::json!([]));
    let run = |arguments: &[&str]| program.run(&[&["users", "groups", "ada@example.com"], arguments].concat());
    for wrong in ["", "a,b", " a", "a\n"] {
        let ran = run(&["--add", wrong]);
        assert!(ran.code == 1 && ran.err.contains("is no name of a group"), "{wrong:?}: {}", ran.err);
    }
    assert_eq!(run(&["--add", "a", "--remove", "a"]).code, 1);
    assert_eq!(run(&["--exactly", "a", "--add", "b"]).code, 2);
    assert!(run(&[]).out.contains("no groups"));
}

#[test]
fn a_reset_is_confirmed_and_locks_are_shown() {
    let program = Program::new();
    program.run(&["migrate"]);
    sign_in(&program, "ada@example.com");
    enrol(&program);
    let shown = program.run(&["users", "show", "ada@example.com"]);
    assert!(shown.out.contains("locked until 2099-01-01"), "{}{}", shown.out, shown.err);
    let json = program.run(&["users", "show", "ada@example.com", "--json"]).out;
    let user: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(user["locks"]["totp"]["failures"], 4);
    assert_eq!(user["locks"]["backup"]["locked_until"], serde_json::Value::Null);
    let silent = program.run(&["users", "reset", "ada@example.com"]);
    assert!(silent.code == 1 && silent.err.contains("no terminal") && silent.err.contains("--yes"), "{}", silent.err);
    assert!(program.run(&["users", "show", "ada@example.com"]).out.contains("authenticator app"));
    assert_eq!(program.run(&["users", "reset", "ada@example.com", "--yes"]).code, 0);
    let user: serde_json::Value =
        serde_json::from_str(&program.run(&["users", "show", "ada@example.com", "--json"]).out).unwrap();
    assert_eq!((&user["second_factor"], &user["sessions"]), (&false.into(), &0.into()));
}

#[test]
fn a_user_gets_another_account_of_the_provider_only_when_it_is_named_and_free() {
    let program = Program::new();
    program.run(&["migrate"]);
    sign_in(&program, "ada@example.com");
    sign_in(&program, "bob@example.com");
    let relink = |subject: &str, more: &[&str]| {
        program.run(&[&["users", "relink", "ada@example.com", "--subject", subject], more].concat())
    };
    assert_eq!(program.run(&["users", "relink", "ada@example.com"]).code, 2);
    let silent = relink("104", &[]);
    assert!(silent.code == 1 && silent.err.contains("add --yes"), "{}", silent.err);
    for wrong in ["", "1 2", "é"] {
        let ran = relink(wrong, &["--yes"]);
        assert!(ran.code == 1 && ran.err.contains("is no subject"), "{}", ran.err);
    }
    assert_eq!(relink("104", &["--yes"]).code, 0);
    let user: serde_json::Value =
        serde_json::from_str(&program.run(&["users", "show", "ada@example.com", "--json"]).out).unwrap();
    assert_eq!((user["subject"].as_str(), user["sessions"].as_u64()), (Some("104"), Some(0)));
    let taken = program.run(&["users", "relink", "bob@example.com", "--subject", "104", "--yes"]);
    assert!(taken.code == 1 && taken.err.contains("another user has the subject"), "{}", taken.err);
    assert!(program.run(&["sessions", "list", "bob@example.com"]).out.contains("192.0.2.7"), "nothing was changed");
}

#[test]
fn all_sessions_of_everybody_end_when_it_is_confirmed() {
    let program = Program::new();
    program.run(&["migrate"]);
    sign_in(&program, "ada@example.com");
    sign_in(&program, "bob@example.com");
    for wrong in [&["sessions", "revoke"][..], &["sessions", "revoke", "--all", "ada@example.com"]] {
        assert_eq!(program.run(wrong).code, 2, "{wrong:?}");
    }
    assert_eq!(program.run(&["sessions", "revoke", "--all"]).code, 1);
    let done = program.run(&["sessions", "revoke", "--all", "--yes"]);
    assert!(done.code == 0 && done.out.contains("everybody: 2 ended"), "{}{}", done.out, done.err);
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
