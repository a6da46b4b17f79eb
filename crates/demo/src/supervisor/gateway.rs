//! The gateway as a process of its own.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::state::State;

/// Time limit for the gateway to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running gateway.
#[derive(Debug)]
pub(super) struct Gateway(Child);

/// Finds the gateway's binary: the one named, or the one beside our own.
pub(super) fn binary(named: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let path = match named {
        Some(path) => path,
        None => std::env::current_exe()
            .context("our own path is unknown; name the gateway with --postern")?
            .with_file_name("postern"),
    };
    if !path.is_file() {
        bail!(
            "there is no gateway at {}: build it with `cargo build -p postern`, or name it with --postern",
            path.display()
        );
    }
    Ok(path)
}

impl Gateway {
    /// Starts `postern serve`. Of the environment's `POSTERN_*` only the log settings reach it, so that the
    /// demonstration is the same everywhere.
    pub(super) fn start(binary: &Path, configuration: &Path, state: &State) -> anyhow::Result<Self> {
        let mut command = Command::new(binary);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("POSTERN_") && !text.starts_with("POSTERN_LOG__") {
                command.env_remove(&name);
            }
        }
        command
            .arg("serve")
            .arg("--config")
            .arg(configuration)
            .env("POSTERN_STATE_DIR", state.directory())
            .env("POSTERN_KEYS__MASTER_FILE", state.key_file())
            .stdin(Stdio::null())
            // A group of its own: Ctrl-C in a terminal reaches us alone, and we stop it in order.
            .process_group(0)
            .kill_on_drop(true);
        let child = command.spawn().with_context(|| format!("{} does not start", binary.display()))?;
        Ok(Self(child))
    }

    /// Waits until the process has ended by itself.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.0.wait().await
    }

    /// Asks the process to stop, waits, and kills it if it does not.
    pub(super) async fn stop(&mut self) {
        let pid = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let Some(pid) = pid else { return };
        let asked = kill_process(pid, Signal::TERM).is_ok();
        let ended = asked && tokio::time::timeout(PATIENCE, self.0.wait()).await.is_ok();
        if !ended && let Err(error) = self.0.kill().await {
            tracing::warn!(%error, "gateway did not stop");
        }
    }
}
