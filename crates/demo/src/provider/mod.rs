//! A stand-in for Google: an OpenID provider at which one picks an account instead of typing a password.
//!
//! It is correct by default (discovery, PKCE, single-use codes, RS256), and tests can make it misbehave ([`Tamper`]).

mod accounts;
mod authorize;
mod grants;
mod id_token;
mod keys;
mod pages;
mod routes;
mod running;
mod tamper;
mod token;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use url::Url;

pub use accounts::Account;
pub use authorize::AuthorizeError;
pub use keys::ProviderKey;
pub use running::{Builder, RunningProvider};
pub use tamper::{Signature, Tamper};

use grants::Grants;

/// A provider. Clones share everything.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    issuer: String,
    client_id: String,
    client_secret: String,
    accounts: Vec<Account>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// The key that signs is the first; the others are published still.
    keys: RwLock<Vec<ProviderKey>>,
    tamper: RwLock<Tamper>,
    grants: Grants,
    hits: Hits,
}

#[derive(Default)]
struct Hits {
    discovery: AtomicU64,
    jwks: AtomicU64,
    token: AtomicU64,
}

impl Provider {
    /// Begins a provider: issuer from the listener, client `demo`, sample accounts, system clock and entropy.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Approves an authorization request as `account` would on the page; gives the URL that the browser is sent to.
    pub fn approve(&self, authorize_url: &Url, account: &Account) -> Result<Url, AuthorizeError> {
        let request = authorize::Request::parse(authorize_url.query().unwrap_or_default(), &self.0.client_id)?;
        let grant = request.grant(account.clone(), self.0.clock.now());
        tracing::info!(account = account.email, client = request.client_id, "account picked, code issued");
        let code = self.0.grants.add(self.0.entropy.as_ref(), grant);
        Ok(request.approved(&code, &self.0.issuer))
    }

    /// Changes how the provider misbehaves from now on.
    pub fn set_tamper(&self, tamper: Tamper) {
        *self.0.tamper.write().unwrap_or_else(PoisonError::into_inner) = tamper;
    }

    /// Signs with `key` from now on. With `keep`, older keys stay published.
    pub fn rotate_key(&self, key: ProviderKey, keep: bool) {
        let mut keys = self.0.keys.write().unwrap_or_else(PoisonError::into_inner);
        if !keep {
            keys.clear();
        }
        keys.insert(0, key);
    }

    /// How often the discovery document was fetched.
    pub fn discovery_hits(&self) -> u64 {
        self.0.hits.discovery.load(Ordering::Relaxed)
    }

    /// How often the JWK set was fetched.
    pub fn jwks_hits(&self) -> u64 {
        self.0.hits.jwks.load(Ordering::Relaxed)
    }

    /// How often the token endpoint was called.
    pub fn token_hits(&self) -> u64 {
        self.0.hits.token.load(Ordering::Relaxed)
    }

    fn keys(&self) -> Vec<ProviderKey> {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[expect(clippy::expect_used, reason = "the list begins with one key and only ever gets a new first one")]
    fn signing_key(&self) -> ProviderKey {
        self.keys().into_iter().next().expect("at least one key")
    }

    fn current_tamper(&self) -> Tamper {
        self.0.tamper.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.0.issuer).finish_non_exhaustive()
    }
}
