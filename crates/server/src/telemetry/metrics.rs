//! Metrics in the OpenMetrics text format. Labels come from fixed sets, so that no client can make series.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};

/// Upper bounds of the duration buckets, in seconds: cached checks take tens of microseconds, slow scans a minute.
const BUCKETS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0];

/// Which part answered, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    face: &'static str,
    decision: &'static str,
    status: u16,
}

/// The gateway's metrics.
pub struct Metrics {
    registry: Registry,
    answers: Family<Answer, Counter>,
    durations: Histogram,
    /// Connections that are open.
    pub connections: Gauge,
    /// 1 while the store answers.
    pub ready: Gauge<i64>,
    /// Expired sessions deleted.
    pub expired: Counter<u64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("postern"),
            answers: Family::default(),
            durations: Histogram::new(BUCKETS),
            connections: Gauge::default(),
            ready: Gauge::default(),
            expired: Counter::default(),
        };
        let mut registry = Registry::with_prefix("postern");
        registry.register("requests", "Requests by face, decision and status", metrics.answers.clone());
        registry.register("request_duration_seconds", "Time to the head of the answer", metrics.durations.clone());
        registry.register("connections", "Open connections", metrics.connections.clone());
        registry.register("ready", "Whether the last check of readiness passed", metrics.ready.clone());
        registry.register("sessions_expired", "Expired sessions deleted", metrics.expired.clone());
        registry.register("build", "This version", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
        Self { registry, ..metrics }
    }
}

impl Metrics {
    /// Adds a metric of another part.
    pub fn register(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.registry.register(name, help, metric);
    }

    /// Counts an answer.
    pub fn answered(&self, face: &'static str, decision: &'static str, status: u16, took: Duration) {
        self.answers.get_or_create(&Answer { face, decision, status }).inc();
        self.durations.observe(took.as_secs_f64());
    }

    /// Everything as text, for `/metrics`.
    pub fn encode(&self) -> String {
        let mut encoded = String::new();
        // Writing to a string does not fail.
        let _ = text::encode(&mut encoded, &self.registry);
        encoded
    }
}
