//! `[limits]`: limits per client address.

use std::time::Duration;

use postern_model::access::parse_duration;

use crate::table::{Complaint, Table};

/// A rate limit: a number of requests per period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Number of requests.
    pub requests: u32,
    /// Period.
    pub per: Duration,
}

/// Limits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Per client address, on sign-in, callback and codes; `None`: off.
    pub requests_per_address: Option<Rate>,
    /// Concurrent connections per client address; `None`: no limit.
    pub connections_per_address: Option<u32>,
    /// Concurrent HTTP/2 requests per client address, over all its connections; `None`: no limit.
    pub streams_per_address: Option<u32>,
}

pub(crate) fn read(table: &mut Table<'_>) -> Limits {
    let default = Rate { requests: 120, per: Duration::from_secs(60) };
    Limits {
        requests_per_address: table.make("requests_per_address", rate).unwrap_or(Some(default)),
        connections_per_address: table.count_or_off("connections_per_address", 1..=1_000_000).unwrap_or(Some(512)),
        streams_per_address: table.count_or_off("streams_per_address", 1..=1_000_000).unwrap_or(Some(256)),
    }
}

fn rate(text: &str) -> Result<Option<Rate>, Complaint> {
    if text == "off" {
        return Ok(None);
    }
    let parts = text.split_once('/').and_then(|(count, per)| Some((count.parse().ok()?, parse_duration(per)?)));
    match parts {
        Some((requests, per)) if requests > 0 => Ok(Some(Rate { requests, per })),
        _ => Err((format!("{text:?} is no rate"), "write requests/time, such as \"120/1m\", or \"off\"")),
    }
}
