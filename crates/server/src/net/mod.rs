//! Listeners and the connections they accept.

mod connection;
mod listener;
mod peer;
mod server;
mod stop;

pub use listener::{BindError, Listener};
pub use peer::Peer;
pub use server::{Limits, serve};
pub use stop::signalled;
