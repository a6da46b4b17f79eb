//! The postern binary as a library: configuration, wiring, listeners, telemetry and the command line. Nothing here is
//! global, so that tests run several gateways side by side in one process.

pub mod cli;
pub mod envoy;
pub mod faces;
pub mod gateway;
pub mod guide_import;
pub mod limiter;
mod listeners;
pub mod live;
pub mod management;
pub mod os;
pub mod outbound;
mod redirect;
pub mod reload;
pub mod rules;
pub mod service_manager;
pub mod signing;
pub mod storage;
pub mod telemetry;
mod unread;
pub mod upkeep;
mod upstreams;
pub mod wiring;
