//! Errors with their causes, for logs.

use std::error::Error;

/// Joins an error and its sources in one line: libraries' outermost texts ("Request failed") say little of the cause.
///
/// ```
/// use std::io;
/// let cause = io::Error::other("connection refused");
/// assert_eq!(postern_model::error_chain::with_sources(&cause), "connection refused");
/// ```
pub fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("inner")]
    struct Inner(#[source] std::fmt::Error);

    #[test]
    fn every_source_is_told_in_order() {
        let innermost = std::fmt::Error.to_string();
        assert_eq!(with_sources(&Outer(Inner(std::fmt::Error))), format!("outer: inner: {innermost}"));
    }
}
