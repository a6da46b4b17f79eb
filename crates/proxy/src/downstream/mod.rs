//! HTTP/1.1 with clients. What every request costs is decided here, so it is ours: bytes are judged and read where they came,
//! an answer's head is written once, and nothing is woken or queued in between.
//!
//! [`Framing`](crate::wire::Framing) judges every byte before anything is made of it: where two servers could read two things,
//! the request is refused. What is left is read by `httparse`.

mod answer;
mod connection;
mod date;
mod feed;
mod head;
mod inbound;
mod inbox;
mod preset;
mod received;
mod talk;
mod upgrade;

pub use connection::{Connection, Ended, Pace};
pub use inbound::{BodyError, Inbound};
pub use preset::{Preset, spelled_out};
pub use received::Received;
pub(crate) use upgrade::Upgraded;
pub use upgrade::{Duplex, Upgrade};
