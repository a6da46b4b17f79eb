//! The requester and the checked target, for the log line of a request.

use crate::id::UserId;

/// Tracing target of the request log lines, one per request.
pub const REQUEST_TARGET: &str = "postern::request";

/// Response extension for the request log: the user of the session that came with the request, allowed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requester(pub UserId);

/// Response extension of a check, so that its log line names the request that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedTarget {
    /// Host and port, from the allow-list.
    pub host: String,
    /// Path, without the query.
    pub path: String,
}
