//! Reports of requests that are refused before a service sees them, so that its logs and metrics know nothing of them.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};

/// Takes the peer's address (`None` for a Unix socket), the status of the response, and the name of what is wrong with the
/// request. The name repeats nothing of the request. Returns headers to add to the response, such as the
/// identifier under which the refusal is logged.
pub type RefusalReport = Arc<dyn Fn(Option<IpAddr>, StatusCode, &dyn fmt::Display) -> HeaderMap + Send + Sync>;

/// Reports the refusals of one connection.
#[derive(Clone)]
pub(crate) struct Refusals {
    report: Option<RefusalReport>,
    peer: Option<IpAddr>,
}

impl Refusals {
    pub(crate) fn of(peer: Option<IpAddr>, report: Option<&RefusalReport>) -> Self {
        Self { report: report.map(Arc::clone), peer }
    }

    /// Reports a refusal; returns the headers for its response.
    pub(crate) fn report(&self, status: StatusCode, why: &dyn fmt::Display) -> HeaderMap {
        self.report.as_ref().map(|report| report(self.peer, status, why)).unwrap_or_default()
    }
}
