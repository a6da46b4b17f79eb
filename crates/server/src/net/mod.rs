//! Listeners and the connections they accept.

mod connection;
mod incoming;
mod linger;
mod listener;
mod server;
mod stop;

pub use incoming::incoming;
pub use listener::{BindError, Listener};
pub use server::{Serving, serve};
pub use stop::signalled;
