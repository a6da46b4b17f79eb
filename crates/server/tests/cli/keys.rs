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
    assert!(again.err.contains("cannot be made"), "{}", again.err);
    assert_eq!(program.run(&["check", "--offline"]).code, 0);
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
    assert!(status.out.contains("master, active"), "{}", status.out);
    std::fs::rename(program.path("master"), program.path("former")).unwrap();
    assert_eq!(program.run(&["keys", "generate", "--out", "master"]).code, 0);
    let wrong = program.run(&["keys", "status"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("keys.master is not the key that this store was sealed with"), "{}", wrong.err);
    let former = format!("[\"{}\"]", program.path("former").display());
    let both = program.run_with(&["keys", "status"], &[("POSTERN_KEYS__PREVIOUS_FILES", &former)]);
    assert_eq!(both.code, 0, "{}", both.err);
    assert!(both.out.contains("master, opens only"), "{}", both.out);
}
