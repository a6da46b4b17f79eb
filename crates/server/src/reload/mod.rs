//! Reloads the configuration: on SIGHUP, and when the contents of its file or of a file that it names change.

pub mod active;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::reload::active::{ActiveConfig, waits_for_restart};
use crate::service_manager::ServiceManager;
use crate::telemetry::{Metrics, ReloadResult};
use crate::wiring::Reused;
use postern_config::{Config, Fingerprint, Loaded, Problems, Sources, contents};

/// Interval between two reads of the files. A change is loaded once two reads in a row give the same contents, so that a
/// half-written file is not read; a change is therefore applied within two intervals.
const POLL: Duration = Duration::from_secs(1);

/// Counts SIGHUPs from now on. Call it once and clone the receiver for each task that reacts to the signal.
///
/// # Errors
/// When the signal handler cannot be installed.
pub fn hangups() -> io::Result<watch::Receiver<u64>> {
    let mut hangup = signal(SignalKind::hangup())?;
    let (sender, receiver) = watch::channel(0_u64);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            sender.send_modify(|count| *count = count.wrapping_add(1));
        }
    });
    Ok(receiver)
}

/// Reloads the configuration when it changed, and activates it if all of it is valid.
pub struct Reloader {
    sources: Sources,
    config: Arc<ActiveConfig>,
    metrics: Arc<Metrics>,
    started: Fingerprint,
    applied: Fingerprint,
    service_manager: ServiceManager,
    /// The contents that were last read, and those that are read once they come twice in a row.
    seen: Option<Vec<[u8; 32]>>,
    pending: Option<Vec<[u8; 32]>>,
}

/// The result of a reload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reload {
    /// The configuration is unchanged.
    Unchanged,
    /// The configuration is active, except for keys that wait for a restart.
    Applied {
        /// The keys whose values changed.
        changed: Vec<String>,
        /// The keys whose values differ from those at the start and wait for a restart.
        waiting: Vec<String>,
    },
    /// The configuration is invalid, for these reasons; the previous one stays active.
    Refused(Vec<String>),
}

impl Reload {
    /// The status line that `systemctl status` shows after the reload.
    fn status(&self) -> &'static str {
        match self {
            Self::Unchanged | Self::Applied { .. } => "serving; the configuration is that of the files",
            Self::Refused(_) => "serving with the former configuration: the new one is invalid, see the log",
        }
    }
}

impl Reloader {
    /// Takes the configuration's sources, the gateway that it applies to, and its fingerprint at the start.
    pub fn new(sources: Sources, config: Arc<ActiveConfig>, metrics: Arc<Metrics>, started: Fingerprint) -> Self {
        metrics.configured(config.state().now(), false);
        let applied = started.clone();
        Self {
            sources,
            config,
            metrics,
            started,
            applied,
            service_manager: ServiceManager::default(),
            seen: None,
            pending: None,
        }
    }

    /// Notifies the service manager of reloads that SIGHUP requests.
    #[must_use]
    pub fn with_service_manager(self, service_manager: ServiceManager) -> Self {
        Self { service_manager, ..self }
    }

    /// Reloads until it is dropped.
    pub async fn run(mut self, mut hangups: watch::Receiver<u64>) {
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Ok(()) = hangups.changed() => drop(self.hang_up().await),
                _ = poll.tick() => self.look().await,
            }
        }
    }

    /// Reloads because of a SIGHUP.
    pub async fn hang_up(&mut self) -> Reload {
        tracing::info!("SIGHUP received: configuration reload");
        self.service_manager.reloading();
        // These contents are not read again by `look`, so that what is wrong with them is logged once.
        self.seen = Some(self.poll().await);
        let reload = self.reload().await;
        self.service_manager.ready(reload.status());
        if reload == Reload::Unchanged {
            self.metrics.reloaded(ReloadResult::Unchanged);
            tracing::info!("configuration unchanged");
        }
        reload
    }

    /// Looks at the files, and reloads if they changed and have stayed the same since it looked before.
    pub async fn look(&mut self) {
        let now = self.poll().await;
        if self.seen.as_ref() == Some(&now) {
            self.pending = None;
        } else if self.pending.as_ref() == Some(&now) {
            self.seen = self.pending.take();
            self.reload().await;
        } else {
            self.pending = Some(now);
        }
    }

    /// Reads the configuration, checks all of it, and activates it.
    pub async fn reload(&mut self) -> Reload {
        let reload = match self.read().await {
            Ok(loaded) => self.take(loaded),
            Err(problems) => Reload::Refused(problems),
        };
        match &reload {
            Reload::Unchanged => {}
            Reload::Applied { changed, waiting } => {
                self.metrics.reloaded(ReloadResult::Applied);
                tracing::info!(changed = changed.join(", "), "configuration reloaded");
                if !waiting.is_empty() {
                    tracing::warn!(keys = waiting.join(", "), "restart required: these keys changed");
                }
            }
            Reload::Refused(problems) => {
                self.metrics.reloaded(ReloadResult::Refused);
                let problems = problems.join("; ");
                tracing::error!(problems, "configuration reload failed; the former configuration stays active");
            }
        }
        reload
    }

    async fn read(&self) -> Result<Loaded, Vec<String>> {
        let sources = self.sources.clone();
        let loaded = tokio::task::spawn_blocking(move || postern_config::load(&sources)).await;
        let messages = |problems: Problems| {
            problems.0.iter().map(|problem| format!("{}: {}", problem.key, problem.what)).collect()
        };
        loaded.map_err(|error| vec![format!("the files could not be read: {error}")])?.map_err(messages)
    }

    fn take(&mut self, loaded: Loaded) -> Reload {
        let Loaded { config, warnings, fingerprint } = loaded;
        let changed = self.applied.changed(&fingerprint);
        if changed.is_empty() {
            return Reload::Unchanged;
        }
        if let Err(problem) = self.apply(config, &changed) {
            return Reload::Refused(vec![problem]);
        }
        for warning in &warnings {
            tracing::warn!(key = warning.key, what = warning.what, remedy = warning.remedy, "configuration warning");
        }
        let waiting: Vec<String> =
            self.started.changed(&fingerprint).into_iter().filter(|key| waits_for_restart(key)).collect();
        self.applied = fingerprint;
        self.metrics.configured(self.config.state().now(), !waiting.is_empty());
        Reload::Applied { changed, waiting }
    }

    fn apply(&self, config: Config, changed: &[String]) -> Result<(), String> {
        if changed.iter().all(|key| waits_for_restart(key)) {
            return Ok(());
        }
        let reused = Reused { upstreams: !changed.iter().any(|key| key == "upstream" || key.starts_with("upstream[")) };
        self.config.apply(config, reused).map_err(|error| error.to_string())
    }

    /// Digests of the files' contents. Modification times would miss changes: Kubernetes swaps links, editors rename.
    async fn poll(&self) -> Vec<[u8; 32]> {
        let files: Vec<PathBuf> = self.sources.file.iter().chain(self.applied.files()).cloned().collect();
        let looked = tokio::task::spawn_blocking(move || files.iter().map(|file| contents(file)).collect());
        looked.await.unwrap_or_default()
    }
}
