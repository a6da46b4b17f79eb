//! Trusted devices on the command line.

use serde_json::Value;

use super::program::Program;
use super::store::{audit, enrol, sign_in};

const FIRST: &str = "67e55044-10b1-426f-9247-bb680e5fe0c1";

/// A program whose one user has three trusted devices; the trust in the last is over.
fn with_devices() -> Program {
    let program = Program::new();
    program.configure("second_factor.trusted_devices = '30d'");
    program.run(&["migrate"]);
    sign_in(&program, "ada@example.com");
    enrol(&program);
    let store = rusqlite::Connection::open(program.path("state").join("postern.sqlite3")).unwrap();
    for (last, expires_at) in
        [('1', "2099-01-01T00:00:00Z"), ('2', "2099-01-01T00:00:00Z"), ('3', "2020-01-31T00:00:00Z")]
    {
        let sql = "INSERT INTO postern_trusted_devices (id, user_id, factor_id, secret, trusted_at, expires_at, user_agent) \
                   SELECT '67e55044-10b1-426f-9247-bb680e5fe0c' || ?1, user_id, id, zeroblob(32), \
                   strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?2, 'browser' || char(27) FROM user_2fa_settings";
        store.execute(sql, [last.to_string().as_str(), expires_at]).unwrap();
    }
    program
}

fn json(program: &Program, arguments: &[&str]) -> Value {
    let ran = program.run(&[arguments, &["--json"]].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn trusted_devices_are_listed_and_one_or_all_are_ended() {
    let program = with_devices();
    let table = program.run(&["sessions", "devices", "ada@example.com"]).out;
    assert!(table.starts_with("ID") && table.contains(FIRST) && !table.contains('\u{1b}'), "{table}");
    assert_eq!(json(&program, &["sessions", "devices", "ada@example.com"]).as_array().unwrap().len(), 2);
    assert_eq!(json(&program, &["users", "show", "ada@example.com"])["trusted_devices"], 2);
    assert_eq!(json(&program, &["sessions", "distrust", "ada@example.com", FIRST])["ended"], 1);
    let again = program.run(&["sessions", "distrust", "ada@example.com", FIRST]);
    assert!(again.code == 1 && again.err.contains("has no trusted device"), "{}", again.err);
    assert_eq!(json(&program, &["sessions", "distrust", "ada@example.com"])["ended"], 2);
    assert_eq!(json(&program, &["sessions", "devices", "ada@example.com"]), Value::Array(Vec::new()));
    let events = audit(&program);
    let details: Vec<_> = events.iter().map(|event| (event[0].as_deref(), event[4].as_deref())).collect();
    assert_eq!(
        details,
        [
            (Some("device-trust-ended"), Some("1 by an administrator")),
            (Some("device-trust-ended"), Some("2 by an administrator")),
        ]
    );
}

#[test]
fn ending_sessions_ends_the_trust_in_their_devices() {
    for arguments in [
        &["sessions", "revoke", "ada@example.com"][..],
        &["sessions", "revoke", "--all", "--yes"],
        &["users", "reset", "ada@example.com", "--yes"],
        &["users", "disable", "ada@example.com"],
        &["users", "relink", "ada@example.com", "--subject", "104", "--yes"],
    ] {
        let program = with_devices();
        assert_eq!(program.run(arguments).code, 0, "{arguments:?}");
        assert_eq!(
            json(&program, &["sessions", "devices", "ada@example.com"]),
            Value::Array(Vec::new()),
            "{arguments:?}"
        );
    }
}

#[test]
fn where_devices_cannot_be_trusted_none_is_listed() {
    let program = with_devices();
    program.configure("");
    assert_eq!(json(&program, &["sessions", "devices", "ada@example.com"]), Value::Array(Vec::new()));
}
