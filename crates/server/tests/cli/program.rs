//! Runs the program in a folder of its own, with an environment of its own.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder with a configuration, and the program to run in it.
pub(crate) struct Program {
    pub(crate) folder: TempDir,
}

/// What came of it.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Program {
    /// With a complete configuration on the embedded store and a fresh master key.
    pub(crate) fn new() -> Self {
        let program = Self { folder: TempDir::new().unwrap() };
        let made = program.run(&["keys", "generate", "--out", "master"]);
        assert_eq!(made.code, 0, "{}", made.err);
        program.configure("");
        program
    }

    /// Writes the configuration, with lines of the outermost table added.
    pub(crate) fn configure(&self, lines: &str) {
        let text = format!(
            "public_url = 'http://localhost:8080'\nstate_dir = '{}'\n{lines}\n[google]\nissuer = 'http://127.0.0.1:9'\n\
             client_id = 'client'\nclient_secret = 'canary-client-secret'\n[access]\nanyone = true\n[keys]\nmaster_file = \
             '{}'\n",
            self.path("state").display(),
            self.path("master").display(),
        );
        std::fs::write(self.path("postern.toml"), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_postern"))
            .args(arguments)
            .env_clear()
            .envs(environment.iter().copied())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ran = Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ran.out.contains("canary") && !ran.err.contains("canary"), "{}{}", ran.out, ran.err);
        ran
    }
}
