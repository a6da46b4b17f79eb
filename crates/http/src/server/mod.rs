//! HTTP/1.1 with clients. What every request costs is decided here, so it is ours: bytes are judged and read where they came,
//! an answer's head is written once, and nothing is woken or queued in between.
//!
//! [`Framing`](crate::validate::Framing) judges every byte before anything is made of it: where two servers could read two things,
//! the request is refused. What is left is read by `httparse`.

mod body_channel;
mod connection;
mod date;
mod dispatcher;
mod raw_response;
mod read_buffer;
mod request;
mod request_body;
mod request_head;
mod response_head;
mod upgrade;

pub use connection::{Connection, Ended, Pace};
pub use raw_response::{Preset, spelled_out};
pub use request::Received;
pub use request_body::{BodyError, Inbound};
pub use upgrade::{Closed, Duplex, Upgrade, Upgraded};
