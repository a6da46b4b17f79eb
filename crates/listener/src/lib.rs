//! From a socket to a stream of requests: accept, PROXY protocol, TLS, connection limits, timeouts, flood budgets and
//! drain. Knows nothing of sessions, identity or configuration files.

mod accept_loop;
mod client_frame_budget;
mod connection;
mod connection_limits;
mod error;
mod forward_writes;
mod handshake;
mod http2_frame_budget;
mod http2_frames;
mod idle_timeouts;
mod incoming;
mod lingering_close;
mod listener;
mod poll_on_wake;
mod proxy_protocol;
mod refusals;
mod remote;
mod request;
mod responder;
mod signals;
mod socket_activation;
mod stream;
mod timed_io;
pub mod tls;
mod tracked_body;

pub use accept_loop::{ServeConfig, serve};
pub use client_frame_budget::ClientFrameBudgets;
pub use connection_limits::LimitPerAddress;
pub use error::BindError;
pub use handshake::ConnectionConfig;
pub use idle_timeouts::Timeouts;
pub use incoming::{IncomingLimits, incoming};
pub use listener::Listener;
pub use proxy_protocol::{HeaderError, Source, read_header};
pub use refusals::RefusalReport;
pub use request::{HttpService, Request};
pub use signals::shutdown_signal;
pub use socket_activation::InheritedSockets;
