//! The server side: client connections over HTTP/1.1, and the requests and responses on them.
//!
//! Every received byte passes the [`RequestValidator`](crate::validate::RequestValidator) before anything is read from it. The
//! positions that the validator found are used again, so that a head is read once; only heads that arrived in several reads are
//! parsed by `httparse`.

mod body_channel;
mod connection;
mod date;
mod dispatcher;
mod early_hints;
mod error;
mod observer;
mod read_buffer;
mod request;
mod request_body;
mod request_head;
mod response;
mod response_head;
mod upgrade;

pub use connection::Connection;
pub use early_hints::EarlyHints;
pub use error::{BodyError, ConnectionError};
pub use observer::ConnectionObserver;
pub use request::Request;
pub use request_body::RequestBody;
pub use response::Response;
pub use upgrade::{Closed, Duplex, Upgrade, Upgraded};
