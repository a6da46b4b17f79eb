//! Listeners and the connections they accept.

mod activity;
mod answer;
mod calm;
mod connection;
mod door;
mod framed;
mod incoming;
mod linger;
mod listener;
mod paced;
mod places;
mod server;
mod stop;
mod stream;

pub use activity::Patience;
pub use door::Door;
pub use incoming::incoming;
pub use listener::{BindError, Listener};
pub use places::PerAddress;
pub use server::{Serving, serve};
pub use stop::signalled;
