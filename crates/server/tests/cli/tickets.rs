//! Enrolment tickets on the command line.

use serde_json::Value;

use super::program::Program;
use super::store::{audit, enrol, sign_in};

fn json(program: &Program, arguments: &[&str]) -> Value {
    let ran = program.run(&[arguments, &["--json"]].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn a_reset_prints_the_ticket_that_the_next_set_up_takes() {
    let program = Program::new();
    program.run(&["migrate"]);
    sign_in(&program, "ada@example.com");
    enrol(&program);
    let early = program.run(&["users", "ticket", "ada@example.com"]);
    assert!(early.code == 1 && early.err.contains("postern users reset ada@example.com --ticket"), "{}", early.err);
    let reset = json(&program, &["users", "reset", "ada@example.com", "--ticket", "--yes"]);
    let first = reset["ticket"].as_str().unwrap().to_owned();
    assert!(postern_keystore::ticket::hash(&first).is_some());
    let shown = program.run(&["users", "show", "ada@example.com"]).out;
    assert!(shown.contains("needed for the next set-up; one is valid until"), "{shown}");
    let second = program.run(&["users", "ticket", "ada@example.com", "--valid", "30m"]);
    assert!(second.code == 0 && second.out.contains("not shown again"), "{}{}", second.out, second.err);
    assert!(!second.out.contains(&first), "every ticket is another one");
    assert!(!shown.contains(&first));
    let events = audit(&program);
    let details: Vec<_> = events.iter().map(|event| event[4].clone().unwrap()).collect();
    assert_eq!(details[1], "second factor reset");
    for (event, detail) in events.iter().zip(&details).filter(|(_, detail)| *detail != "second factor reset") {
        assert!(detail.starts_with("enrolment ticket issued, valid until 20"), "{detail}");
        assert!(event[3].as_deref().unwrap().starts_with("postern command line: "));
        assert!(!detail.contains(&first));
    }
    assert_eq!(events.len(), 3);
}

#[test]
fn the_policy_says_whether_a_reset_demands_a_ticket() {
    for (policy, flag, demanded) in [
        ("open", None, false),
        ("open", Some("--ticket"), true),
        ("ticket-after-reset", None, true),
        ("ticket", None, true),
    ] {
        let program = Program::new();
        program.configure(&format!("second_factor.enrolment = '{policy}'"));
        program.run(&["migrate"]);
        sign_in(&program, "ada@example.com");
        enrol(&program);
        let command: Vec<&str> = ["users", "reset", "ada@example.com", "--yes"].into_iter().chain(flag).collect();
        assert_eq!(json(&program, &command)["ticket"].is_string(), demanded, "{policy} {flag:?}");
        let state = json(&program, &["users", "show", "ada@example.com"])["enrolment_ticket"].clone();
        assert_eq!(state.as_str().unwrap().starts_with("needed"), demanded, "{policy} {flag:?}: {state}");
        let again = program.run(&command);
        assert!(again.code == 1 && again.err.contains("has no second factor"), "{}", again.err);
    }
}

#[test]
fn a_ticket_lives_for_a_while_and_a_week_at_most() {
    let program = Program::new();
    program.run(&["migrate"]);
    sign_in(&program, "ada@example.com");
    for wrong in ["", "soon", "8d", "0s"] {
        let ran = program.run(&["users", "ticket", "ada@example.com", "--valid", wrong]);
        assert_eq!(ran.code, 2, "{wrong:?}: {}", ran.err);
    }
    assert_eq!(program.run(&["users", "ticket", "ada@example.com", "--valid", "7d"]).code, 0);
}
