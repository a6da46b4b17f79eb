//! TLS for clients: the certificate, and its replacement without a restart.

mod credentials;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use postern_model::clock::Clock;
use rustls::ServerConfig;
use rustls::server::ProducesTickets;
use rustls::sign::SingleCertAndKey;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

pub use credentials::{Credentials, TlsError, TlsFiles};

use credentials::{Contents, provider};

/// Interval at which the files are checked for changes.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// The certificate of new connections, reloadable.
pub struct Certificates {
    files: TlsFiles,
    host: String,
    clock: Arc<dyn Clock>,
    tickets: Arc<dyn ProducesTickets>,
    current: ArcSwap<ServerConfig>,
    /// The contents that were read last, usable or not; `None` after a failed read.
    seen: Mutex<Option<Contents>>,
}

impl Certificates {
    /// Reads certificate and key. `host` is that of the public URL, without a port.
    ///
    /// # Errors
    /// [`TlsError`] if the certificate cannot be used now.
    pub fn load(files: TlsFiles, host: &str, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let tickets = rustls::crypto::ring::Ticketer::new()?;
        let contents = Contents::read(&files)?;
        let credentials = Credentials::of(&contents, &files, host, clock.now())?;
        warn_of_names(&credentials, &files, host);
        let current = ArcSwap::new(config(&credentials, &tickets)?);
        Ok(Self { files, host: host.to_owned(), clock, tickets, current, seen: Mutex::new(Some(contents)) })
    }

    /// The TLS configuration of the next connection.
    pub(crate) fn current(&self) -> Arc<ServerConfig> {
        self.current.load_full()
    }

    /// Reads the files again and uses them for new connections. Returns `false` if they did not change.
    ///
    /// # Errors
    /// [`TlsError`]; the old certificate stays. Unchanged files fail only once.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let contents = Contents::read(&self.files);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let contents = match contents {
            Ok(contents) if seen.as_ref() == Some(&contents) => return Ok(false),
            Ok(contents) => contents,
            // A missing file is reported once.
            Err(_) if seen.is_none() => return Ok(false),
            Err(error) => {
                *seen = None;
                return Err(error);
            }
        };
        let credentials = Credentials::of(&contents, &self.files, &self.host, self.clock.now());
        *seen = Some(contents);
        let credentials = credentials?;
        self.current.store(config(&credentials, &self.tickets)?);
        warn_of_names(&credentials, &self.files, &self.host);
        tracing::info!(expires = credentials.expires(), "certificate reloaded");
        Ok(true)
    }

    /// Checks the files every few seconds and on SIGHUP, and reloads them when they changed. Never returns.
    pub async fn watch(self: Arc<Self>) {
        let mut hang_up = match signal(SignalKind::hangup()) {
            Ok(signal) => Some(signal),
            Err(error) => {
                tracing::warn!(%error, "SIGHUP handler not installed; certificates are still polled");
                None
            }
        };
        let mut ticks = interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                Some(()) = async { hang_up.as_mut()?.recv().await } => {}
            }
            let this = Arc::clone(&self);
            // Reading files can block.
            let reloaded = tokio::task::spawn_blocking(move || this.reload()).await;
            if let Ok(Err(error)) = reloaded {
                tracing::warn!(%error, "certificate reload failed; the old certificate stays in use");
            }
        }
    }
}

fn warn_of_names(credentials: &Credentials, files: &TlsFiles, host: &str) {
    if !credentials.covers_host() {
        let certificate = tracing::field::display(files.certificate.display());
        tracing::warn!(certificate, host, "certificate does not cover the host of public_url; browsers will refuse it");
    }
}

/// TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1 (RFC 7301), resumption by tickets (RFC 8446 §2.2) and nothing early
/// (§8: early data can be replayed).
fn config(credentials: &Credentials, tickets: &Arc<dyn ProducesTickets>) -> Result<Arc<ServerConfig>, TlsError> {
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let resolver = Arc::new(SingleCertAndKey::from((*credentials.pair).clone()));
    let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.ticketer = Arc::clone(tickets);
    Ok(Arc::new(config))
}
