//! Counters that every request updates: plain atomics at fixed indices, because the metrics library's families and
//! histograms take a lock for each update.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;

/// Capacity for endpoint names; more than there are endpoints.
const FACES: usize = 32;
/// Number of counted status codes, from 100 up.
const STATUSES: usize = 500;

/// Upper bounds of the duration buckets, in nanoseconds: cached checks take tens of microseconds, slow scans a minute.
const BOUNDS: [u64; 14] = [
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    100_000_000,
    500_000_000,
    2_500_000_000,
    10_000_000_000,
    60_000_000_000,
];
const NANOS: f64 = 1e9;

/// Response counters by endpoint and status.
pub(super) struct ResponseCounts {
    cells: Vec<AtomicU64>,
    names: [std::sync::OnceLock<&'static str>; FACES],
}

impl Default for ResponseCounts {
    fn default() -> Self {
        let cells = (0..FACES * STATUSES).map(|_| AtomicU64::new(0)).collect();
        Self { cells, names: Default::default() }
    }
}

impl ResponseCounts {
    /// Counts a response. Endpoints are few and their names are constants, so a linear search is cheap.
    pub(super) fn count(&self, face: &'static str, status: u16) {
        let row = self.names.iter().position(|name| *name.get_or_init(|| face) == face);
        let column = usize::from(status.saturating_sub(100)).min(STATUSES - 1);
        if let Some(cell) = row.and_then(|row| self.cells.get(row * STATUSES + column)) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Encodes [`ResponseCounts`] for a scrape.
pub(super) struct ResponseCollector(pub(super) Arc<ResponseCounts>);

impl fmt::Debug for ResponseCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseCollector")
    }
}

impl Collector for ResponseCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let kind = ConstCounter::new(0_u64).metric_type();
        let mut family = encoder.encode_descriptor("requests", "Requests by face and status", None, kind)?;
        for (row, cells) in self.0.cells.chunks(STATUSES).enumerate() {
            let Some(face) = self.0.names.get(row).and_then(|name| name.get()) else { break };
            for (column, cell) in cells.iter().enumerate() {
                let count = cell.load(Ordering::Relaxed);
                if count > 0 {
                    let labels = [("face", (*face).to_owned()), ("status", (column + 100).to_string())];
                    ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
                }
            }
        }
        Ok(())
    }
}

/// Histogram of response times.
#[derive(Debug, Default)]
pub(super) struct Durations {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanos: AtomicU64,
}

impl Durations {
    /// Counts a duration.
    pub(super) fn observe(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|bound| nanos <= *bound).unwrap_or(BOUNDS.len());
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
    }
}

/// Encodes [`Durations`] for a scrape.
#[derive(Debug)]
pub(super) struct DurationMetric(pub(super) Arc<Durations>);

impl EncodeMetric for DurationMetric {
    #[expect(clippy::cast_precision_loss, reason = "a sum of times for people to look at")]
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let counts: Vec<u64> = self.0.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect();
        let bounds = BOUNDS.iter().map(|bound| *bound as f64 / NANOS).chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(counts.iter().copied()).collect();
        let sum = self.0.nanos.load(Ordering::Relaxed) as f64 / NANOS;
        encoder.encode_histogram::<NoLabelSet>(sum, counts.iter().sum(), &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;

    #[test]
    fn what_is_counted_is_shown() {
        let (answers, durations) = (Arc::new(ResponseCounts::default()), Arc::new(Durations::default()));
        for (face, status) in [("proxy", 200), ("proxy", 200), ("portal", 599), ("proxy", 999), ("portal", 1)] {
            answers.count(face, status);
        }
        for millis in [1, 1, 100_000] {
            durations.observe(Duration::from_millis(millis));
        }
        let mut registry = Registry::default();
        registry.register_collector(Box::new(ResponseCollector(answers)));
        registry.register("took", "Time", DurationMetric(durations));
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        for line in [
            "requests_total{face=\"proxy\",status=\"200\"} 2",
            "requests_total{face=\"portal\",status=\"599\"} 1",
            "took_sum 100.002",
            "took_count 3",
            "took_bucket{le=\"0.001\"} 2",
            "took_bucket{le=\"60.0\"} 2",
            "took_bucket{le=\"+Inf\"} 3",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
