//! HTTP/1.1 messages as bytes: what is alike towards clients and towards upstreams.

mod decoder;
mod encoder;
mod keep_alive;
mod write;

pub(crate) use decoder::{BadChunk, Receiving};
pub(crate) use encoder::{Framing, Outgoing, Unsent, announced};
pub(crate) use keep_alive::{Persistence, names};
pub(crate) use write::{write_decimal, write_line};
