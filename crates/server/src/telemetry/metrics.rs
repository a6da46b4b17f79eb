//! Metrics in the OpenMetrics text format. Labels come from fixed sets, so that clients cannot create series.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use postern_model::clock::Timestamp;
use postern_proxy::Sessions;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::counts::{DurationMetric, Durations, ResponseCollector, ResponseCounts};
use super::events::{EventCollector, EventCounts};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReloadLabel {
    result: &'static str,
}

/// The result of a configuration reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadResult {
    /// The new configuration is active.
    Applied,
    /// Nothing changed.
    Unchanged,
    /// The new configuration is invalid; the previous one stays active.
    Refused,
}

/// Encodes the counters of the session cache.
struct SessionCounters(Sessions);

impl fmt::Debug for SessionCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionCounters")
    }
}

impl Collector for SessionCounters {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let stats = self.0.stats();
        for (name, help, value) in [
            ("session_cache_hits", "Look-ups answered from memory", stats.hits),
            ("session_loads", "Sessions read from the store", stats.loads),
            ("session_load_failures", "Reads that failed", stats.failures),
        ] {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)?;
        }
        Ok(())
    }
}

/// The gateway's metrics.
pub struct Metrics {
    registry: Registry,
    responses: Arc<ResponseCounts>,
    durations: Arc<Durations>,
    reloads: Family<ReloadLabel, Counter>,
    configured: Gauge<f64, AtomicU64>,
    restart_pending: Gauge,
    /// Number of open connections.
    pub connections: Gauge,
    /// 1 while the store answers.
    pub ready: Gauge<i64>,
    /// 1 while the store answers.
    pub store_up: Gauge<i64>,
    /// How often the store stopped answering.
    pub store_outages: Counter<u64, AtomicU64>,
    /// Expired sessions deleted.
    pub expired: Counter<u64, AtomicU64>,
}

impl Metrics {
    /// Registers all metrics, including the counters of the session cache.
    pub fn new(sessions: Sessions, events: &EventCounts) -> Self {
        let metrics = Self {
            registry: Registry::default(),
            responses: Arc::default(),
            durations: Arc::default(),
            reloads: Family::default(),
            configured: Gauge::default(),
            restart_pending: Gauge::default(),
            connections: Gauge::default(),
            ready: Gauge::default(),
            store_up: Gauge::default(),
            store_outages: Counter::default(),
            expired: Counter::default(),
        };
        let mut registry = Registry::with_prefix("postern");
        registry.register_collector(Box::new(ResponseCollector(Arc::clone(&metrics.responses))));
        registry.register(
            "request_duration_seconds",
            "Time to the head of the response",
            DurationMetric(Arc::clone(&metrics.durations)),
        );
        registry.register("connections", "Open connections", metrics.connections.clone());
        registry.register("ready", "Whether the last readiness check passed", metrics.ready.clone());
        metrics.store_up.set(1);
        registry.register("store_up", "Whether the last health check of the store passed", metrics.store_up.clone());
        registry.register(
            "store_outages",
            "Number of times that the store became unavailable",
            metrics.store_outages.clone(),
        );
        registry.register_collector(Box::new(EventCollector(events.clone())));
        registry.register("sessions_expired", "Expired sessions deleted", metrics.expired.clone());
        // Alert rules see no increase in a series that first appears with a count of 1, so each starts at 0.
        for result in ["applied", "unchanged", "refused"] {
            drop(metrics.reloads.get_or_create(&ReloadLabel { result }));
        }
        let reloads = metrics.reloads.clone();
        registry.register("config_reloads", "Configuration reloads by result", reloads);
        let configured = metrics.configured.clone();
        registry.register(
            "config_last_success_timestamp_seconds",
            "When the active configuration was loaded",
            configured,
        );
        let pending = metrics.restart_pending.clone();
        registry.register("config_restart_pending", "Whether changed configuration keys wait for a restart", pending);
        registry.register("build", "This version", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
        registry.register_collector(Box::new(SessionCounters(sessions)));
        Self { registry, ..metrics }
    }

    /// Counts a response.
    pub fn answered(&self, face: &'static str, status: u16, took: Duration) {
        self.responses.count(face, status);
        self.durations.observe(took);
    }

    /// Counts a request that was refused before any face saw it. Its duration would tell about the client alone.
    pub fn refused(&self, face: &'static str, status: u16) {
        self.responses.count(face, status);
    }

    /// Counts a reload of the configuration.
    pub fn reloaded(&self, result: ReloadResult) {
        let result = match result {
            ReloadResult::Applied => "applied",
            ReloadResult::Unchanged => "unchanged",
            ReloadResult::Refused => "refused",
        };
        self.reloads.get_or_create(&ReloadLabel { result }).inc();
    }

    /// Records when a configuration became active, and whether some of its keys wait for a restart.
    pub fn configured(&self, at: Timestamp, restart_pending: bool) {
        self.configured.set(at.as_micros() as f64 / 1e6);
        self.restart_pending.set(i64::from(restart_pending));
    }

    /// Encodes all metrics as text, for `/metrics`.
    pub fn encode(&self) -> String {
        let mut encoded = String::new();
        // Writing to a string does not fail.
        let _ = text::encode(&mut encoded, &self.registry);
        encoded
    }
}
