//! Whose request it was, for its log line.

use crate::id::UserId;

/// The tracing target of the lines that are written for requests, one each.
pub const REQUEST_TARGET: &str = "postern::request";

/// Rides along with an answer as an extension, so that its log line says who asked: the user of the session that came with
/// the request, let through or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requester(pub UserId);

/// Rides along with the response to a check as an extension, so that its log line names the request that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedTarget {
    /// Host and port, from the allow-list.
    pub host: String,
    /// Path, without the query.
    pub path: String,
}
