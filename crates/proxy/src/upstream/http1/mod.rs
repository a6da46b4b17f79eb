//! HTTP/1.1 with an upstream. What a request costs is decided here, so it is ours: a head is written once, from the headers
//! as they are, and read once, where it came; nothing is woken or queued in between. Bytes of heads and chunk sizes are read
//! by `httparse`.

mod body;
mod link;
mod pool;
mod request;
mod response;

pub(super) use body::Streamed;
pub(super) use link::Link;
pub(super) use pool::Pool;
pub(super) use request::Head;
pub(super) use response::Answer;

pub use link::Interrupted;
pub use response::Malformed;
