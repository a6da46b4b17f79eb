//! The postern binary as a library: configuration, wiring, listeners, telemetry and the command line. Nothing here is
//! global, so that tests run several gateways side by side in one process.

pub mod cli;
mod code_mail;
mod code_sms;
pub mod config_error;
mod descriptors;
mod ext_authz;
mod from_config;
pub mod gateway;
pub mod guide_import;
mod listeners;
mod mail;
pub mod maintenance;
pub mod oidc_http_client;
pub mod reload;
pub mod service_manager;
pub mod signing;
pub mod stack;
pub mod storage;
pub mod system;
pub mod telemetry;
pub mod wiring;
