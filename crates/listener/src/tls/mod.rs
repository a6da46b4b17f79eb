//! TLS towards clients: the certificate, and replacing it while connections go on.

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

/// How often the files are looked at.
const PERIOD: Duration = Duration::from_secs(5);

/// The certificate that new connections get.
pub struct Certificates {
    files: TlsFiles,
    host: String,
    clock: Arc<dyn Clock>,
    tickets: Arc<dyn ProducesTickets>,
    current: ArcSwap<ServerConfig>,
    /// What was read last, usable or not.
    seen: Mutex<Option<Contents>>,
}

impl Certificates {
    /// Reads certificate and key. `host` is that of the public URL, without a port.
    ///
    /// # Errors
    /// Whatever keeps the certificate from being used now.
    pub fn load(files: TlsFiles, host: &str, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let tickets = rustls::crypto::ring::Ticketer::new()?;
        let contents = Contents::read(&files)?;
        let credentials = Credentials::of(&contents, &files, host, clock.now())?;
        warn_of_names(&credentials, &files, host);
        let current = ArcSwap::new(config(&credentials, &tickets)?);
        Ok(Self { files, host: host.to_owned(), clock, tickets, current, seen: Mutex::new(Some(contents)) })
    }

    /// How the next connection is to be answered.
    pub(crate) fn current(&self) -> Arc<ServerConfig> {
        self.current.load_full()
    }

    /// Reads the files again, and uses what they hold for connections from now on. `false`: nothing changed since they
    /// were read last.
    ///
    /// # Errors
    /// Whatever keeps the new certificate from being used; the old one stays. The same files fail only once.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let contents = Contents::read(&self.files);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let contents = match contents {
            Ok(contents) if seen.as_ref() == Some(&contents) => return Ok(false),
            Ok(contents) => contents,
            // A file that is missing for a moment, or for good, is told of once.
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
        tracing::info!(expires = credentials.expires(), "a new certificate is in use");
        Ok(true)
    }

    /// Looks at the files every few seconds, and at once on SIGHUP; reloads them when they changed. Never returns.
    pub async fn watch(self: Arc<Self>) {
        let mut hang_up = match signal(SignalKind::hangup()) {
            Ok(signal) => Some(signal),
            Err(error) => {
                tracing::warn!(%error, "SIGHUP is not listened to");
                None
            }
        };
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                Some(()) = async { hang_up.as_mut()?.recv().await } => {}
            }
            let this = Arc::clone(&self);
            // Files can be slow.
            let reloaded = tokio::task::spawn_blocking(move || this.reload()).await;
            if let Ok(Err(error)) = reloaded {
                tracing::warn!(%error, "the new certificate cannot be used; the old one stays in use");
            }
        }
    }
}

fn warn_of_names(credentials: &Credentials, files: &TlsFiles, host: &str) {
    if !credentials.covers_host() {
        let certificate = tracing::field::display(files.certificate.display());
        tracing::warn!(certificate, host, "the certificate is not for the host of public_url; browsers will refuse it");
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
