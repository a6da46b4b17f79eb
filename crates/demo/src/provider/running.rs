//! Building a provider and running it on loopback.

use std::io;
use std::ops::Deref;
use std::sync::{Arc, RwLock};

use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use tokio::net::TcpListener;

use super::accounts::Account;
use super::grants::Grants;
use super::keys::ProviderKey;
use super::tamper::Tamper;
use super::{Hits, Inner, Provider};
use crate::net::{self, Server};
use crate::system::{SystemClock, SystemEntropy};

/// Settings of a provider.
#[derive(Default)]
pub struct Builder {
    issuer: Option<String>,
    client: Option<(String, String)>,
    accounts: Option<Vec<Account>>,
    key: Option<ProviderKey>,
    clock: Option<Arc<dyn Clock>>,
    entropy: Option<Arc<dyn Entropy>>,
    tamper: Tamper,
}

/// A provider that listens. It stops when dropped.
#[derive(Debug)]
pub struct RunningProvider {
    provider: Provider,
    server: Server,
}

impl Builder {
    /// Sets the issuer; without it, the listener's address.
    pub fn issuer(mut self, issuer: &str) -> Self {
        self.issuer = Some(issuer.to_owned());
        self
    }

    /// Sets the one client; without it, `demo` with [`Builder::DEMO_SECRET`].
    pub fn client(mut self, id: &str, secret: &str) -> Self {
        self.client = Some((id.to_owned(), secret.to_owned()));
        self
    }

    /// Sets the accounts on offer.
    pub fn accounts(mut self, accounts: Vec<Account>) -> Self {
        self.accounts = Some(accounts);
        self
    }

    /// Signs with this key; without it, one is made, which takes a good part of a second.
    pub fn key(mut self, key: ProviderKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Sets the clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Sets the source of codes and tokens.
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = Some(entropy);
        self
    }

    /// Misbehaves from the start.
    pub fn tamper(mut self, tamper: Tamper) -> Self {
        self.tamper = tamper;
        self
    }

    /// The secret of the client `demo`. It guards nothing: the provider is reachable from this machine alone.
    pub const DEMO_SECRET: &'static str = "for-the-demonstration-on-loopback-only";

    /// Starts on a free port of 127.0.0.1.
    pub async fn start(self) -> io::Result<RunningProvider> {
        let listener = net::listen(0).await?;
        self.start_on(listener)
    }

    /// Starts on a loopback listener.
    pub fn start_on(self, listener: TcpListener) -> io::Result<RunningProvider> {
        let address = listener.local_addr()?;
        let (client_id, client_secret) =
            self.client.unwrap_or_else(|| ("demo".to_owned(), Self::DEMO_SECRET.to_owned()));
        let key = match self.key {
            Some(key) => key,
            None => ProviderKey::generate().map_err(io::Error::other)?,
        };
        let provider = Provider(Arc::new(Inner {
            issuer: self.issuer.unwrap_or_else(|| format!("http://{address}")),
            client_id,
            client_secret,
            accounts: self.accounts.unwrap_or_else(Account::samples),
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock)),
            entropy: self.entropy.unwrap_or_else(|| Arc::new(SystemEntropy::default())),
            keys: RwLock::new(vec![key]),
            tamper: RwLock::new(self.tamper),
            grants: Grants::default(),
            hits: Hits::default(),
        }));
        let shared = provider.clone();
        let server = Server::start(listener, move |request| {
            let provider = shared.clone();
            async move { provider.handle(&request) }
        })?;
        Ok(RunningProvider { provider, server })
    }
}

impl RunningProvider {
    /// Where it listens.
    pub fn address(&self) -> std::net::SocketAddr {
        self.server.address()
    }
}

impl Deref for RunningProvider {
    type Target = Provider;

    fn deref(&self) -> &Provider {
        &self.provider
    }
}
