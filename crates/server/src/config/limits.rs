//! `[limits]`: what one address may ask of sign-in, callback and codes.

use std::time::Duration;

use postern_model::access::parse_duration;

use super::table::{Complaint, Table};

/// So many requests in so long a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests.
    pub requests: u32,
    /// Time.
    pub per: Duration,
}

/// Limits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Per client address, on sign-in, callback and codes; `None`: off.
    pub requests_per_address: Option<Rate>,
    /// Connections of one client address at a time; `None`: as many as there are.
    pub connections_per_address: Option<u32>,
}

pub(super) fn read(table: &mut Table<'_>) -> Limits {
    let default = Rate { requests: 120, per: Duration::from_secs(60) };
    Limits {
        requests_per_address: table.make("requests_per_address", rate).unwrap_or(Some(default)),
        connections_per_address: count_or_off(table, "connections_per_address").unwrap_or(Some(512)),
    }
}

/// A number from one up, or "off".
fn count_or_off(table: &mut Table<'_>, key: &str) -> Option<Option<u32>> {
    let value = table.take(key)?;
    let number = value.to_u128().and_then(|number| u32::try_from(number).ok());
    let text = value.into_string();
    let made = match (number, text.as_deref()) {
        (Some(number), _) if number > 0 => Some(Some(number)),
        (None, Some("off")) => Some(None),
        (None, Some(text)) => text.parse().ok().filter(|number| *number > 0).map(Some),
        _ => None,
    };
    if made.is_none() {
        table.wrong(key, "this is no number of connections".to_owned(), "write a number from 1 up, or \"off\"");
    }
    made
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
