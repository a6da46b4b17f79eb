//! Strict validation of requests, before anything is read from them.
//!
//! RFC 9112 allows servers to be lenient: to accept bare line feeds, equal repeated `Content-Length` and several `Host` headers.
//! Servers differ in how they read these, which is how requests are smuggled. [`RequestValidator`] accepts only requests that have
//! one reading. Over HTTP/2, where frames delimit messages, [`http2`] applies the same rules to each request.

mod chunked;
mod fast_path;
mod head;
mod header_lines;
pub mod http2;
mod validator;
mod violation;

pub(crate) use chunked::{ChunkedLimits, ChunkedReader, Part, TRAILER_LINES_MAX};
pub(crate) use fast_path::{HeadSpans, has_no_controls, plain_line};
pub(crate) use head::decimal;
pub use validator::{Phase, RequestValidator, Scan};
pub use violation::{Limits, Violation};

#[cfg(test)]
mod tests;
