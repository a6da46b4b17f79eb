//! HTTP/1.1 framing, held to the letter before anything is made of a byte.
//!
//! Servers are lenient where RFC 9112 allows them to be: they take bare line feeds, equal repeated `Content-Length` and more
//! than one `Host`. Each of these has been read differently by two servers in a row, which is how requests are smuggled.
//! [`Framing`] lets only requests through that nobody can misread. Over HTTP/2, where frames delimit messages, [`http2`]
//! holds each request to the same.

mod chunked;
mod fast_path;
mod head;
mod header_lines;
pub mod http2;
mod validator;

pub(crate) use fast_path::{Marks, has_no_controls, plain_line};
pub(crate) use head::decimal;
pub use validator::{Framing, Limits, Phase, Violation};

#[cfg(test)]
mod tests;
