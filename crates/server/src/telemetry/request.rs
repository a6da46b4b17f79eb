//! The access log: one line per request.

use std::net::IpAddr;
use std::time::Duration;

use http::{Extensions, Method, StatusCode};
use postern_model::web::{CheckedTarget, REQUEST_TARGET, Refused, RequestId, Requester};

/// Longest path that is logged, in bytes.
const PATH_MAX: usize = 512;

/// The logged properties of a request.
#[derive(Clone, Debug)]
pub struct RequestLog {
    /// Method.
    pub method: Method,
    /// Path, without the query.
    pub path: String,
    /// The client: the rightmost untrusted hop.
    pub client: IpAddr,
}

/// How a request was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestOutcome {
    /// Status of the response.
    pub status: u16,
    /// The refusal, if the response is one.
    pub refused: Option<Refused>,
    /// The user of the session that came with the request.
    pub requester: Option<Requester>,
    /// The request that a check was about.
    pub checked: Option<CheckedTarget>,
}

impl RequestOutcome {
    /// Reads the outcome from the status and the extensions of a response.
    pub fn of(status: StatusCode, extensions: &Extensions) -> Self {
        let status = status.as_u16();
        let (refused, requester) = (extensions.get().copied(), extensions.get().copied());
        Self { status, refused, requester, checked: extensions.get().cloned() }
    }
}

impl RequestLog {
    /// The tracing target of these lines: `log.level = "info,postern::request=off"` leaves them out.
    pub const TARGET: &'static str = REQUEST_TARGET;

    /// Whether lines are written at all.
    pub fn is_enabled() -> bool {
        tracing::enabled!(target: RequestLog::TARGET, tracing::Level::INFO)
    }

    /// Writes the line at info. `took` is the time to the head of the response.
    pub fn write(&self, endpoint: &'static str, outcome: RequestOutcome, took: Duration) {
        let RequestOutcome { status, refused, requester, checked } = outcome;
        let id = RequestId::current().or(refused.map(|refused| refused.id));
        tracing::event!(
            target: RequestLog::TARGET,
            tracing::Level::INFO,
            request.id = id.map(tracing::field::display),
            http.method = self.method.as_str(),
            http.path = shortened(&self.path),
            http.status = status,
            duration_ms = rounded_ms(took),
            face = endpoint,
            client.address = %self.client,
            user.id = requester.map(|Requester(user)| tracing::field::display(user)),
            reason = refused.map(|refused| refused.code),
            check.host = checked.as_ref().map(|checked| checked.host.as_str()),
            check.path = checked.as_ref().map(|checked| shortened(&checked.path)),
            "request"
        );
    }
}

fn shortened(path: &str) -> &str {
    let end = (0..=PATH_MAX.min(path.len())).rev().find(|end| path.is_char_boundary(*end));
    path.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Milliseconds, rounded to three decimals.
fn rounded_ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rounded_to_microseconds() {
        for (nanos, expected) in [(372_339, "0.372"), (1_000_600, "1.001"), (59, "0"), (1_234_567_890, "1234.568")] {
            assert_eq!(rounded_ms(Duration::from_nanos(nanos)).to_string(), expected);
        }
    }
}
