//! HTTP/1.1 framing, held to the letter before hyper sees a byte.
//!
//! hyper is lenient where RFC 9112 allows it to be: it takes bare line feeds, equal repeated `Content-Length` and more
//! than one `Host`. Each of these has been read differently by two servers in a row, which is how requests are
//! smuggled. [`Guard`] stands between the socket and hyper and lets only requests through that nobody can misread. Over HTTP/2, where frames delimit messages, [`http2`] holds each request to the same.

mod chunked;
mod framing;
mod gather;
mod guard;
mod head;
pub mod http2;
mod lines;
mod whole;

pub use framing::{Framing, Limits, Phase, Violation};
pub use gather::write_gathered;
pub use guard::{Guard, Tunnel};
pub(crate) use head::decimal;

#[cfg(test)]
mod tests;
