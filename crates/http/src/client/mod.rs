//! The client side: requests to an upstream over HTTP/1.1.
//!
//! A connection has no task of its own. It is polled from the request under way on it, and then from the body of its response, in
//! the task that waits for them: no queue, and no wake-up between two tasks.

mod connection;
mod error;
mod idle_stack;
mod pool;
mod request_head;
mod response_body;
mod response_head;
mod stream;

pub use connection::Connection;
pub use error::{BodyError, InvalidResponse, RequestError};
pub use pool::Pool;
pub use request_head::RequestHead;
pub use response_body::ResponseBody;
pub use response_head::ResponseHead;
pub use stream::Stream;

/// Most informational responses to one request. An upstream could send them for ever, faster than a timeout is looked at.
const INFORMATIONAL_MAX: u32 = 32;
/// Most bytes of the head of a response.
const HEAD_MAX: usize = 256 * 1024;
