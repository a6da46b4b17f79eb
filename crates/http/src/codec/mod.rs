//! Encoding and decoding of HTTP/1.1 messages, the same for servers and clients.

mod decoder;
mod encoder;
mod keep_alive;
mod write;

pub(crate) use decoder::{Decoder, InvalidChunk};
pub(crate) use encoder::{BodyFraming, EncodeError, Encoder, announced_trailers};
pub(crate) use keep_alive::{KeepAlive, list_contains};
pub(crate) use write::{write_decimal, write_line};
