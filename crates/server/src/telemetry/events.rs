//! Counters that alerts are built on: account events, device-bound sessions, requests to the provider, broken responses, mail.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use postern_authn::{AuditCounts, DeviceCounts};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Counters that outlive a reload of the configuration.
#[derive(Clone, Debug, Default)]
pub struct EventCounts {
    /// Account events.
    pub accounts: Arc<AuditCounts>,
    /// Bindings of sessions to devices, and proofs of devices.
    pub devices: Arc<DeviceCounts>,
    /// Requests to the provider.
    pub provider: Arc<ProviderCounts>,
    /// Mail.
    pub mail: Arc<MailCounts>,
    /// Responses that upstreams broke off after their head.
    pub broken_responses: Arc<AtomicU64>,
}

/// Mail about changes to accounts.
#[derive(Debug, Default)]
pub struct MailCounts {
    sent: AtomicU64,
    failed: AtomicU64,
    given_up: AtomicU64,
    waiting: AtomicU64,
}

impl MailCounts {
    /// Counts a mail that the server accepted.
    pub fn sent(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an attempt that failed.
    pub fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a mail that is not tried again.
    pub fn given_up(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
    }

    /// Sets the number of mails that wait.
    pub fn set_waiting(&self, count: u64) {
        self.waiting.store(count, Ordering::Relaxed);
    }
}

/// Requests to the provider.
#[derive(Debug, Default)]
pub struct ProviderCounts {
    answered: AtomicU64,
    failed: AtomicU64,
}

impl ProviderCounts {
    /// Counts a request. `answered`: the provider responded in time with a status below 500.
    pub fn add(&self, answered: bool) {
        let count = if answered { &self.answered } else { &self.failed };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Encodes the counters.
#[derive(Debug)]
pub(super) struct EventCollector(pub(super) EventCounts);

impl Collector for EventCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let kind = ConstCounter::new(0_u64).metric_type();
        let help = "Account events by kind, as in the audit log";
        let mut family = encoder.encode_descriptor("account_events", help, None, kind)?;
        for (event, count) in self.0.accounts.each() {
            ConstCounter::new(count).encode(family.encode_family(&[("kind", event.name())])?)?;
        }
        let help =
            "Device-bound sessions by result: sessions bound, cookies refreshed, registrations and proofs refused";
        let mut family = encoder.encode_descriptor("device_proofs", help, None, kind)?;
        for (result, count) in self.0.devices.each() {
            ConstCounter::new(count).encode(family.encode_family(&[("result", result)])?)?;
        }
        let help = "Requests to the sign-in provider by result";
        let mut family = encoder.encode_descriptor("provider_requests", help, None, kind)?;
        let provider = &self.0.provider;
        for (result, count) in [("answered", &provider.answered), ("failed", &provider.failed)] {
            let count = ConstCounter::new(count.load(Ordering::Relaxed));
            count.encode(family.encode_family(&[("result", result)])?)?;
        }
        let broken = ConstCounter::new(self.0.broken_responses.load(Ordering::Relaxed));
        let help = "Responses that upstreams broke off after their head";
        broken.encode(encoder.encode_descriptor("upstream_broken_responses", help, None, kind)?)?;
        let mail = &self.0.mail;
        let help = "Mail about changes to accounts by result: sent, failed attempts, given up";
        let mut family = encoder.encode_descriptor("mails", help, None, kind)?;
        for (result, count) in [("sent", &mail.sent), ("failed", &mail.failed), ("given_up", &mail.given_up)] {
            let count = ConstCounter::new(count.load(Ordering::Relaxed));
            count.encode(family.encode_family(&[("result", result)])?)?;
        }
        let waiting = ConstGauge::new(mail.waiting.load(Ordering::Relaxed));
        let help = "Mail that waits in the store to be sent";
        waiting.encode(encoder.encode_descriptor("mails_waiting", help, None, waiting.metric_type())?)?;
        Ok(())
    }
}
