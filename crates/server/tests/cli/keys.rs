//! `keys generate` and `keys status`.

use std::os::unix::fs::PermissionsExt;

use super::program::Program;

#[test]
fn a_generated_key_is_accepted_and_its_file_is_private() {
    let program = Program::new();
    let mode = std::fs::metadata(program.path("master")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = program.run(&["keys", "generate", "--out", "master"]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("cannot create the key file"), "{}", again.err);
    assert_eq!(program.run(&["check", "--offline"]).code, 0);
}

#[test]
fn a_missing_folder_for_the_key_is_made_for_its_owner_only() {
    let program = Program::new();
    let made = program.run(&["keys", "generate", "--out", "etc/postern/master-key"]);
    assert!(made.code == 0 && made.err.contains("mode 0700"), "{}", made.err);
    for (path, expected) in [("etc/postern", 0o700), ("etc/postern/master-key", 0o600)] {
        let mode = std::fs::metadata(program.path(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, expected, "{path}");
    }
}

#[test]
fn two_keys_differ() {
    let program = Program::new();
    let draw = || program.run(&["keys", "generate"]).out;
    assert_ne!(draw(), draw());
}

#[test]
fn another_master_key_is_found_out() {
    let program = Program::new();
    assert_eq!(program.run(&["migrate"]).code, 0);
    let status = program.run(&["keys", "status"]);
    assert_eq!(status.code, 0, "{}", status.err);
    assert!(status.out.contains("master  active"), "{}", status.out);
    std::fs::rename(program.path("master"), program.path("former")).unwrap();
    assert_eq!(program.run(&["keys", "generate", "--out", "master"]).code, 0);
    let wrong = program.run(&["keys", "status"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("keys.master is not the key that this store was sealed with"), "{}", wrong.err);
    let former = format!("[\"{}\"]", program.path("former").display());
    let both = program.run_with(&["keys", "status"], &[("POSTERN_KEYS__PREVIOUS_FILES", &former)]);
    assert_eq!(both.code, 0, "{}", both.err);
    assert!(both.out.contains("master  opens only"), "{}", both.out);
}

#[test]
fn a_key_is_rotated_and_a_leaked_one_revoked() {
    let program = Program::new();
    assert_eq!(program.run(&["migrate"]).code, 0);
    let rotate = |arguments: &[&str]| program.run(&[&["keys", "rotate"], arguments].concat());
    let first = rotate(&["--json"]);
    assert_eq!(first.code, 0, "{}", first.err);
    assert_eq!(rotate(&["--revoke", "x"]).code, 2, "only what replaces it may revoke a key");
    let second = rotate(&[]);
    assert_eq!(second.code, 0, "the first one signs, so that another can be published: {}", second.err);
    let third = rotate(&[]);
    assert_eq!(third.code, 1);
    assert!(third.err.contains("published already"), "{}", third.err);
    let status: serde_json::Value = serde_json::from_str(&program.run(&["keys", "status", "--json"]).out).unwrap();
    let states: Vec<_> = status["signing"].as_array().unwrap().iter().map(|key| key["state"].clone()).collect();
    assert_eq!(states, ["published", "active"]);
    let leaked = status["signing"][1]["kid"].as_str().unwrap().to_owned();
    // One thumbprint in sixty-four begins like an option.
    let unknown = rotate(&["--now", "--revoke", "-tQ2"]);
    assert!(unknown.code == 1 && unknown.err.contains("-tQ2"), "{}", unknown.err);
    let urgent = rotate(&["--now", "--revoke", &leaked]);
    assert_eq!(urgent.code, 0, "{}", urgent.err);
    assert!(urgent.out.contains(&format!("{leaked} is out of the key set")), "{}", urgent.out);
    let table = program.run(&["keys", "status"]).out;
    for word in ["ES256", "active", "published", "revoked", "UNTIL"] {
        assert!(table.contains(word), "{table}");
    }
}

#[test]
fn after_resealing_the_former_master_key_can_go() {
    let program = Program::new();
    assert_eq!(program.run(&["migrate"]).code, 0);
    assert_eq!(program.run(&["keys", "rotate"]).code, 0);
    assert_eq!(program.run(&["keys", "status"]).code, 0);
    std::fs::rename(program.path("master"), program.path("former")).unwrap();
    assert_eq!(program.run(&["keys", "generate", "--out", "master"]).code, 0);
    let former = format!("[\"{}\"]", program.path("former").display());
    let both = [("POSTERN_KEYS__PREVIOUS_FILES", former.as_str())];
    assert!(program.run_with(&["keys", "status"], &both).out.contains("postern keys reseal"));
    let done = program.run_with(&["keys", "reseal"], &both);
    assert_eq!(done.code, 0, "{}", done.err);
    std::fs::remove_file(program.path("former")).unwrap();
    let status = program.run(&["keys", "status"]);
    assert_eq!(status.code, 0, "{}", status.err);
    assert!(!status.out.contains("reseal"), "{}", status.out);
}

#[test]
fn a_replica_that_does_not_know_the_next_master_key_is_found_out() {
    let program = Program::new();
    assert_eq!(program.run(&["migrate"]).code, 0);
    let made = program.run(&["keys", "generate", "--out", "next"]);
    let id = made.err.split("Its identifier, which is no secret, is ").nth(1).unwrap().split('.').next().unwrap();
    let unknown = program.run(&["keys", "status", "--knows", id]);
    assert!(unknown.code == 1 && unknown.err.contains("keys.previous_files"), "{}", unknown.err);
    let next = format!("[\"{}\"]", program.path("next").display());
    // The first step: known, and not active.
    let first = program.run_with(&["keys", "status", "--knows", id], &[("POSTERN_KEYS__PREVIOUS_FILES", &next)]);
    assert!(first.code == 0 && first.out.contains(&format!("{id}  master  opens only")), "{}{}", first.out, first.err);
    // The second: another replica makes it active and seals with it; this one opens that.
    let (master, former) = (program.path("next"), format!("[\"{}\"]", program.path("master").display()));
    let second =
        [("POSTERN_KEYS__MASTER_FILE", master.to_str().unwrap()), ("POSTERN_KEYS__PREVIOUS_FILES", former.as_str())];
    assert_eq!(program.run_with(&["keys", "rotate"], &second).code, 0);
    assert_eq!(program.run_with(&["keys", "reseal"], &second).code, 0);
    let behind = program.run_with(&["keys", "status", "--knows", id], &[("POSTERN_KEYS__PREVIOUS_FILES", &next)]);
    assert_eq!(behind.code, 0, "{}", behind.err);
    let skipped = program.run(&["keys", "status"]);
    assert!(skipped.code == 1, "without the first step this replica opens nothing");
    assert_eq!(program.run(&["keys", "status", "--knows", "nothing"]).code, 1);
}
