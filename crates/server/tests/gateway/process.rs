//! `postern serve` as a process: how it starts, how it refuses to, how it ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::running::MASTER;

struct Serving {
    folder: TempDir,
}

impl Serving {
    fn new(master: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let serving = Self { folder };
        serving.configure(master, "127.0.0.1:0");
        serving
    }

    fn configure(&self, master: &str, address: &str) {
        let text = format!(
            "public_url = 'http://localhost:8080'\nstate_dir = '{}'\n[listen]\naddress = '{address}'\nmanagement = \
             'off'\n[google]\nissuer = 'http://127.0.0.1:9'\nclient_id = 'c'\nclient_secret = 's'\n[access]\nanyone = \
             true\n[keys]\nmaster = '{master}'\n",
            self.folder.path().display()
        );
        std::fs::write(self.folder.path().join("postern.toml"), text).unwrap();
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
        command
            .args(["serve"])
            .env_clear()
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// The exit code and what was said, of a start that is refused.
    fn refused(&self) -> (Option<i32>, String) {
        let output = self.command().output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }
}

/// Reads its log up to a line with this piece; gives that line.
fn wait_for(child: &mut Child, piece: &str) -> String {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    lines.map_while(Result::ok).find(|line| line.contains(piece)).unwrap_or_else(|| panic!("no line with {piece}"))
}

#[test]
fn sigterm_and_sigint_end_it_with_0() {
    for signal in ["TERM", "INT"] {
        let serving = Serving::new(MASTER);
        let mut child = serving.command().spawn().unwrap();
        wait_for(&mut child, "listening");
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn sighup_and_a_changed_file_have_the_configuration_read_again() {
    let serving = Serving::new(MASTER);
    let mut child = serving.command().spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut wait_for = |piece: &str| lines.by_ref().find(|line| line.contains(piece)).expect(piece);
    wait_for("listening");
    let path = serving.folder.path().join("postern.toml");
    let original = std::fs::read_to_string(&path).unwrap();
    let hang_up = |child: &Child| {
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-s", "HUP", &id]).status().unwrap().success());
    };
    hang_up(&child);
    wait_for("configuration unchanged");
    // By renaming, as editors do, and without a signal.
    let closed = format!("route = [{{ path = '/x', access = 'deny' }}]\n{original}");
    let fresh = serving.folder.path().join("fresh.toml");
    std::fs::write(&fresh, &closed).unwrap();
    std::fs::rename(&fresh, &path).unwrap();
    let line = wait_for("configuration reloaded");
    assert!(line.contains("changed=route"), "{line}");
    // By swapping links, as Kubernetes does.
    for (number, text) in [&original, &closed].into_iter().enumerate() {
        let folder = serving.folder.path().join(format!("data-{number}"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("postern.toml"), text).unwrap();
        let link = serving.folder.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        std::fs::rename(&link, serving.folder.path().join("data")).unwrap();
        if number == 0 {
            std::os::unix::fs::symlink("data/postern.toml", &fresh).unwrap();
            std::fs::rename(&fresh, &path).unwrap();
        }
        wait_for("configuration reloaded");
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, format!("canary_key = 'canary-secret'\n{original}")).unwrap();
    hang_up(&child);
    let line = wait_for("the former configuration stays active");
    assert!(line.contains("canary_key: there is no such key") && !line.contains("canary-secret"), "{line}");
    assert!(child.try_wait().unwrap().is_none(), "it serves on");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_address_in_use_is_6() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let serving = Serving::new(MASTER);
    let address = taken.local_addr().unwrap().to_string();
    serving.configure(MASTER, &address);
    let (code, told) = serving.refused();
    assert_eq!(code, Some(6), "{told}");
    assert!(told.contains(&format!("cannot listen on {address}")), "{told}");
}

#[test]
fn another_master_key_is_refused() {
    let serving = Serving::new(MASTER);
    let mut child = serving.command().spawn().unwrap();
    wait_for(&mut child, "listening");
    child.kill().unwrap();
    child.wait().unwrap();
    let other = "9nQ0mWq3h1x7Zk2VbYtLr8sUeDcAfGpJ4iTzXoNvB6E=";
    serving.configure(other, "127.0.0.1:0");
    let (code, told) = serving.refused();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("not the key that this store was sealed with"), "{told}");
    assert!(!told.contains(other), "{told}");
}

#[test]
fn a_database_that_is_down_is_4_and_its_password_is_not_told() {
    let serving = Serving::new(MASTER);
    let mut command = serving.command();
    command.env("POSTERN_STORE__URL", "postgres://u:canary-password@127.0.0.1:9/x?sslmode=disable");
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("check store.url") && !told.contains("canary"), "{told}");
}
