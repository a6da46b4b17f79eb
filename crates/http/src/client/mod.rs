//! HTTP/1.1 with an upstream. What a request costs is decided here, so it is ours: a head is written once, from the headers
//! as they are, and read once, where it came; nothing is woken or queued in between. Bytes of heads and chunk sizes are read
//! by `httparse`.

mod connection;
mod pool;
mod request_head;
mod response_body;
mod response_head;
mod stream;

pub use connection::{Interrupted, Link, RequestError, Unanswered};
pub use pool::Pool;
pub use request_head::Head;
pub use response_body::Streamed;
pub use response_head::{Answer, Malformed};
pub use stream::Stream;
