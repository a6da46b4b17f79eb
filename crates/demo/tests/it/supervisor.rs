//! The supervisor, with shell scripts in the gateway's place.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// Runs until TERM, and leaves word of it.
const PATIENT: &str = "#!/bin/sh
trap 'echo stopped > \"$POSTERN_STATE_DIR/stopped\"; exit 0' TERM
echo \"$@\" > \"$POSTERN_STATE_DIR/arguments\"
env > \"$POSTERN_STATE_DIR/environment\"
echo $$ > \"$POSTERN_STATE_DIR/pid.new\" && mv \"$POSTERN_STATE_DIR/pid.new\" \"$POSTERN_STATE_DIR/pid\"
while :; do sleep 0.05; done
";

fn free_ports() -> Vec<u16> {
    let listeners: Vec<_> = (0..4).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

fn demo(state: &Path, gateway: &str, ports: &[u16]) -> Command {
    let script = state.join("gateway.sh");
    fs::write(&script, gateway).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern-demo"));
    let options = ["--port", "--provider-port", "--backend-port", "--management-port"];
    for (option, port) in options.iter().zip(ports) {
        command.arg(option).arg(port.to_string());
    }
    command.arg("--state").arg(state).arg("--postern").arg(script);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Waits for a file that the script writes, for ten seconds.
fn wait_for(path: &Path) -> String {
    for _ in 0..1000 {
        if let Ok(text) = fs::read_to_string(path) {
            return text.trim().to_owned();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{} never appeared", path.display());
}

#[test]
fn a_signal_stops_the_gateway_in_order() {
    let state = tempfile::tempdir().unwrap();
    let ports = free_ports();
    let mut command = demo(state.path(), PATIENT, &ports);
    command.env("POSTERN_STORE__URL", "postgres://elsewhere").env("POSTERN_LOG__LEVEL", "debug");
    let child = command.spawn().unwrap();
    let gateway = Pid::from_raw(wait_for(&state.path().join("pid")).parse().unwrap()).unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("Everything has stopped"));
    assert_eq!(wait_for(&state.path().join("stopped")), "stopped");
    assert!(test_kill_process(gateway).is_err(), "the gateway is gone and waited for");

    let arguments = fs::read_to_string(state.path().join("arguments")).unwrap();
    assert!(arguments.starts_with("serve --config ") && arguments.trim().ends_with("/demo.toml"), "{arguments}");
    let configuration = fs::read_to_string(state.path().join("demo.toml")).unwrap();
    assert!(configuration.contains(&format!("public_url = \"http://localhost:{}\"", ports[0])));
    let environment = fs::read_to_string(state.path().join("environment")).unwrap();
    assert!(environment.contains("POSTERN_KEYS__MASTER_FILE=") && environment.contains("POSTERN_LOG__LEVEL=debug"));
    assert!(!environment.contains("POSTERN_STORE__URL"), "the demonstration keeps to its own store");
    let key = fs::read_to_string(state.path().join("master.key")).unwrap();
    assert!(!environment.contains(key.trim()), "the key itself is in no environment");
}

#[test]
fn a_gateway_that_ends_by_itself_ends_the_demonstration() {
    let state = tempfile::tempdir().unwrap();
    let script = "#!/bin/sh\necho 'the configuration is wrong' >&2\nexit 3\n";
    let output = demo(state.path(), script, &free_ports()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("the configuration is wrong"));
    assert!(told(&output).contains("the gateway ended by itself (exit status: 3)"), "{}", told(&output));
}

#[test]
fn a_port_in_use_stops_everything_before_it_starts() {
    for (index, option) in ["--port", "--provider-port", "--backend-port", "--management-port"].iter().enumerate() {
        let state = tempfile::tempdir().unwrap();
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut ports = free_ports();
        ports[index] = taken.local_addr().unwrap().port();
        let output = demo(state.path(), PATIENT, &ports).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains(&format!("port {}", ports[index])) && told(&output).contains(option));
        assert!(!state.path().join("pid").exists(), "the gateway was not started");
    }
}

#[test]
fn a_missing_gateway_is_named() {
    let state = tempfile::tempdir().unwrap();
    let mut command = demo(state.path(), PATIENT, &free_ports());
    let output = command.arg("--state").arg(state.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "an option given twice is refused");
    let output =
        Command::new(env!("CARGO_BIN_EXE_postern-demo")).args(["--postern", "/nowhere/postern"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("/nowhere/postern") && told(&output).contains("cargo build"));
}

#[test]
fn a_code_comes_without_anything_running() {
    let run = |key: &[&str]| Command::new(env!("CARGO_BIN_EXE_postern-demo")).arg("code").args(key).output().unwrap();
    let output = run(&["gezd", "gnbv", "gy3t", "qojq"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(text.split(' ').next().unwrap().bytes().all(|byte| byte.is_ascii_digit()), "{text}");
    let output = run(&["nonsense!"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("this is no key"));
}
