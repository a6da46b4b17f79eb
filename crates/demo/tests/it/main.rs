//! The demonstration's parts over real connections, all on loopback.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod backend;
mod browser;
mod provider;
mod supervisor;
