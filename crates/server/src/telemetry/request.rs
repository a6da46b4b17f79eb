//! One log line a request.

use std::net::IpAddr;
use std::time::Duration;

use http::{Extensions, Method, Response, StatusCode};
use postern_model::id::UserId;
use postern_model::web::{REQUEST_TARGET, Refused, RequestId, Requester};

/// Longest path that is logged, in bytes.
const PATH_MAX: usize = 512;

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Status of the answer.
    pub status: u16,
    /// What the client was told, where the answer is a no of ours.
    pub refused: Option<Refused>,
    /// Whose session came with the request.
    pub requester: Option<Requester>,
}

impl Outcome {
    /// What an answer says of itself.
    pub fn of<B>(response: &Response<B>) -> Self {
        Self::of_parts(response.status(), response.extensions())
    }

    /// The same, from the status and the extensions.
    pub fn of_parts(status: StatusCode, extensions: &Extensions) -> Self {
        Self { status: status.as_u16(), refused: extensions.get().copied(), requester: extensions.get().copied() }
    }
}

/// All that is logged of a request.
#[derive(Clone, Debug)]
pub struct RequestLine<'a> {
    /// Identifier.
    pub id: RequestId,
    /// Method.
    pub method: &'a Method,
    /// Path, without the query.
    pub path: &'a str,
    /// Status of the answer.
    pub status: u16,
    /// Time to the head of the answer.
    pub took: Duration,
    /// Which face answered.
    pub face: &'static str,
    /// The user of the session that came with it.
    pub user: Option<UserId>,
    /// The client: the rightmost untrusted hop.
    pub client: IpAddr,
    /// Why the answer is no, where it is one of ours: the code that the client was told.
    pub reason: Option<&'static str>,
}

impl RequestLine<'_> {
    /// The tracing target of these lines: `log.level = "info,postern::request=off"` leaves them out.
    pub const TARGET: &'static str = REQUEST_TARGET;

    /// Writes the line at info.
    pub fn log(&self) {
        let end = (0..=PATH_MAX.min(self.path.len())).rev().find(|end| self.path.is_char_boundary(*end));
        let path = self.path.get(..end.unwrap_or(0)).unwrap_or_default();
        let Self { id, client, .. } = self;
        tracing::event!(
            target: RequestLine::TARGET,
            tracing::Level::INFO,
            request.id = %id,
            http.method = self.method.as_str(),
            http.path = path,
            http.status = self.status,
            duration_ms = self.took.as_secs_f64() * 1000.0,
            face = self.face,
            client.address = %client,
            user.id = self.user.map(tracing::field::display),
            reason = self.reason,
            "request"
        );
    }
}
