//! A strict HTTP/1.1 engine for servers and clients, and the request checks that HTTP/2 needs on top of hyper.

pub mod boxed;
pub mod client;
pub mod coarse_clock;
mod codec;
pub mod headers;
mod peer;
pub mod server;
pub mod validate;

pub use peer::{Lease, Peer};
