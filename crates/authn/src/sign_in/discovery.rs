//! Cache of the provider's discovery document and keys.
//!
//! A provider that hangs delays only callers that have nothing cached: cached metadata stays in use while a background task
//! refreshes it, at most one request is under way, and a failure is kept for some seconds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata};
use openidconnect::{DiscoveryError, IssuerUrl};
use postern_model::clock::{Clock, Timestamp};
use postern_model::error_chain::with_sources;
use tokio::sync::Mutex as AsyncMutex;
use url::Url;

use super::SignInError;
use super::http_client::{HttpClient, HttpError, Sender};
use super::issuer_check::IssuerCheck;

/// Time after which discovery and keys are refreshed.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// Minimum time between a fetch and another one caused by an unknown key, so that clients cannot make us flood the
/// provider.
const REFETCH_GAP: Duration = Duration::from_secs(30);
/// Time for which a failure is returned without another request.
const FAILURE_KEPT: Duration = Duration::from_secs(3);

/// The provider's metadata, and when it was fetched.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) metadata: Arc<CoreProviderMetadata>,
    pub(super) keys: Arc<CoreJsonWebKeySet>,
    fetched_at: Timestamp,
}

/// A failed request.
struct Failed {
    at: Timestamp,
    reason: String,
}

#[derive(Default)]
struct State {
    known: Option<Known>,
    failed: Option<Failed>,
}

/// The cache of one provider.
pub(super) struct Discovery {
    issuer: Url,
    client: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Held while a request is under way.
    flight: Arc<AsyncMutex<()>>,
}

impl Discovery {
    pub(super) fn new(issuer: Url, client: Arc<dyn HttpClient>, clock: Arc<dyn Clock>) -> Self {
        Self { issuer, client, clock, state: Mutex::default(), flight: Arc::default() }
    }

    /// Returns the metadata. Metadata that is too old is returned too, and refreshed in the background. Callers wait
    /// only if nothing is cached, all of them for one request.
    pub(super) async fn known(self: &Arc<Self>) -> Result<Known, SignInError> {
        if let Some(known) = self.latest() {
            if !self.is_fresh(&known) && self.recent_failure().is_none() {
                self.refresh_behind();
            }
            return Ok(known);
        }
        let _flight = self.flight.lock().await;
        if let Some(known) = self.latest() {
            return Ok(known);
        }
        if let Some(error) = self.recent_failure() {
            return Err(error);
        }
        self.settle(self.discover().await)
    }

    /// Returns keys that are newer than those of `seen`; fetches them if the last fetch was long enough ago.
    pub(super) async fn newer_keys(&self, seen: &Known) -> Result<Arc<CoreJsonWebKeySet>, SignInError> {
        let _flight = self.flight.lock().await;
        // Another caller fetched while we waited, or the last fetch is too recent to try again.
        if let Some(known) = self.latest()
            && (known.fetched_at > seen.fetched_at || self.clock.now() < known.fetched_at.after(REFETCH_GAP))
        {
            return Ok(known.keys);
        }
        if let Some(error) = self.recent_failure() {
            return Err(error);
        }
        let keys = CoreJsonWebKeySet::fetch_async(seen.metadata.jwks_uri(), &Sender(self.client.as_ref()))
            .await
            .map_err(|error| format!("keys: {}", cause(&error)));
        let (metadata, fetched_at) = (Arc::clone(&seen.metadata), self.clock.now());
        self.settle(keys.map(|keys| Known { metadata, keys: Arc::new(keys), fetched_at })).map(|known| known.keys)
    }

    /// Starts a refresh unless a request is under way. It outlives the caller.
    fn refresh_behind(self: &Arc<Self>) {
        let Ok(flight) = Arc::clone(&self.flight).try_lock_owned() else { return };
        let this = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = this.settle(this.discover().await) {
                tracing::warn!(reason = %error, "discovery refresh failed; cached metadata stays in use");
            }
            drop(flight);
        });
    }

    /// Stores the outcome of a request for all callers.
    fn settle(&self, outcome: Result<Known, String>) -> Result<Known, SignInError> {
        let mut state = self.state();
        match outcome {
            Ok(known) => {
                *state = State { known: Some(known.clone()), failed: None };
                Ok(known)
            }
            Err(reason) => {
                state.failed = Some(Failed { at: self.clock.now(), reason: reason.clone() });
                Err(SignInError::ProviderUnavailable(reason))
            }
        }
    }

    fn latest(&self) -> Option<Known> {
        self.state().known.clone()
    }

    fn is_fresh(&self, known: &Known) -> bool {
        self.clock.now() < known.fetched_at.after(FRESH)
    }

    fn recent_failure(&self) -> Option<SignInError> {
        let (state, now) = (self.state(), self.clock.now());
        let failed = state.failed.as_ref()?;
        // A clock that was set back does not lengthen it.
        let recent = failed.at <= now && now < failed.at.after(FAILURE_KEPT);
        recent.then(|| SignInError::ProviderUnavailable(failed.reason.clone()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn discover(&self) -> Result<Known, String> {
        // The URL type appends a slash to a bare origin; issuers are compared as text and have none.
        let issuer = self.issuer.as_str().trim_end_matches('/').to_owned();
        let client = IssuerCheck { sender: Sender(self.client.as_ref()), expected: &issuer };
        let issuer = IssuerUrl::new(issuer.clone()).map_err(|error| error.to_string())?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &client)
            .await
            .map_err(|error| format!("discovery: {}", cause(&error)))?;
        self.check_endpoints(&metadata)?;
        let keys = Arc::new(metadata.jwks().clone());
        Ok(Known { metadata: Arc::new(metadata), keys, fetched_at: self.clock.now() })
    }

    /// Rejects endpoints that would carry secrets in clear text: https is required unless the issuer itself is on
    /// loopback.
    fn check_endpoints(&self, metadata: &CoreProviderMetadata) -> Result<(), String> {
        let endpoints = [
            Some(metadata.authorization_endpoint().url()),
            metadata.token_endpoint().map(|endpoint| endpoint.url()),
            metadata.userinfo_endpoint().map(|endpoint| endpoint.url()),
            Some(metadata.jwks_uri().url()),
        ];
        let plain_allowed = self.issuer.scheme() == "http";
        let secure = |url: &Url| url.scheme() == "https" || (plain_allowed && url.scheme() == "http");
        match endpoints.into_iter().flatten().all(secure) {
            true => Ok(()),
            false => Err("discovery names an endpoint without https".to_owned()),
        }
    }
}

/// Says why discovery failed. A failed request speaks for itself; of other errors, the causes say more than the outermost.
fn cause(error: &DiscoveryError<HttpError>) -> String {
    match error {
        DiscoveryError::Request(error) => error.to_string(),
        error => with_sources(error),
    }
}
