//! A strict HTTP/1.1 engine for servers and clients, and the request checks that HTTP/2 needs on top of hyper.
//!
//! | module | contents |
//! |---|---|
//! | [`server`] | client connections: [`server::Connection`] serves a `tower` service |
//! | [`client`] | requests to an upstream, and its idle connections |
//! | [`validate`] | validation of requests over HTTP/1.1 and HTTP/2 |
//! | [`headers`] | header blocks as received or as a map |
//!
//! The crate's README lists the violations that are refused, with reasons.
//!
//! # Example
//! Serves one connection, here in memory:
//!
//! ```
//! use std::convert::Infallible;
//!
//! use http_body_util::Full;
//! use postern_http::{Request, Response, server::Connection};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
//! use tower::service_fn;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = service_fn(|request: Box<Request>| async move {
//!     let response: Response<_> = Response::new(Full::from(format!("hello from {}", request.uri)));
//!     Ok::<_, Infallible>(response)
//! });
//! let (mut client, server) = duplex(1024);
//! client.write_all(b"GET /door HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
//! Connection::new(server, (), service).await?;
//!
//! let mut response = String::new();
//! client.read_to_string(&mut response).await?;
//! assert!(response.starts_with("HTTP/1.1 200 OK\r\n") && response.ends_with("\r\n\r\nhello from /door"));
//! # Ok(())
//! # }
//! ```

pub mod boxed;
pub mod client;
pub mod coarse_clock;
mod codec;
pub mod headers;
mod peer;
pub mod server;
mod sync;
pub mod validate;

pub use peer::{Lease, Peer};
pub use server::{EarlyHints, Request, RequestBody, Response};
