//! HTTP/1.1 messages as bytes: what is alike towards clients and towards upstreams.

mod lines;
mod outgoing;
mod persistence;
mod receiving;

pub(crate) use lines::{write_decimal, write_line};
pub(crate) use outgoing::{Framing, Outgoing, Unsent, announced};
pub(crate) use persistence::{Persistence, names};
pub(crate) use receiving::{BadChunk, Receiving};
