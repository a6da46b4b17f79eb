//! State that the stacks of a gateway share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use http::HeaderName;
use postern_model::clock::{Clock, Timestamp};
use postern_model::entropy::Entropy;
use postern_model::web::Fields;

use super::exchange::Exchange;
use crate::telemetry::Metrics;
use crate::wiring::Services;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The active configuration's services, and what outlives a reload: metrics, clock, entropy.
pub struct GatewayState {
    services: ArcSwap<Services>,
    base_path: String,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    warned_of_unnamed: AtomicBool,
}

impl GatewayState {
    /// Takes the first services, and the base path without a slash at its end.
    pub fn new(
        services: Services,
        base_path: String,
        metrics: Arc<Metrics>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            services: ArcSwap::from_pointee(services),
            base_path,
            metrics,
            clock,
            entropy,
            warned_of_unnamed: AtomicBool::new(false),
        }
    }

    /// The active services.
    pub fn services(&self) -> Arc<Services> {
        self.services.load_full()
    }

    /// Activates other services. Requests in flight end with the services that they began with.
    pub fn activate(&self, services: Services) {
        self.services.store(Arc::new(services));
    }

    /// The metrics.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Randomness.
    pub(crate) fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.entropy
    }

    /// Warns once of a trusted proxy that names no client: all its users share one address, and one rate limit.
    pub(crate) fn warn_of_unnamed(&self, exchange: &Exchange) {
        let (peer, headers) = (&exchange.peer, &exchange.received.headers);
        let named = headers.has(X_FORWARDED_FOR);
        if peer.is_trusted(&exchange.services.trusted)
            && !named
            && !self.warned_of_unnamed.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                peer.address = peer.address().map(tracing::field::display),
                "trusted proxy sends no X-Forwarded-For with a page: all its users share one address and one rate limit; have it \
                 set X-Forwarded-For for every path"
            );
        }
    }

    /// Prefix of the gateway's own pages, without a slash at its end.
    pub(crate) fn base_path(&self) -> &str {
        &self.base_path
    }
}
