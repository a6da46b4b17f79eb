//! Listeners and the connections they accept.

mod activity;
mod answer;
mod aside;
mod calm;
mod connection;
mod door;
mod framed;
mod incoming;
mod linger;
mod listener;
mod paced;
mod passed;
mod places;
mod proxy_protocol;
mod remote;
mod server;
mod stop;
mod stream;
mod together;

pub use activity::Patience;
pub use door::Door;
pub use incoming::incoming;
pub use listener::{BindError, Listener};
pub use passed::{Passed, VARIABLES};
pub use places::PerAddress;
pub use proxy_protocol::{BadHeader, Told, read_header};
pub use server::{Serving, serve};
pub use stop::signalled;
pub use together::Together;
