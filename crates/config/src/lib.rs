//! Configuration: from a file, the environment and flags to one checked [`Config`].
//!
//! Layers are merged ([`Sources`]), every key is read into its type, and every problem is reported at once, each with its
//! remedy. This crate reads files that values name; it reads no environment: the caller passes the variables.

mod access;
mod bridge;
mod command;
mod compat;
mod config;
mod cookie_scope;
mod cors;
mod dotenv;
mod encoded_check;
mod fingerprint;
mod google;
mod identity;
mod keys;
mod layers;
mod legacy;
mod limits;
mod listen;
mod load;
mod log;
mod netpilot;
mod netpilot_database;
mod pages;
mod parse;
mod path_check;
mod path_comparisons;
mod paths;
mod problem;
mod reader;
mod route;
mod route_check;
mod sample_request;
mod second_factor;
mod secret;
mod session;
mod store;
mod table;
mod unknown_keys;
mod upstream;
mod upstream_tls;
mod upstream_url;

pub use access::WhoMaySignIn;
pub use bridge::{BridgeConfig, BridgeKind};
pub use config::Config;
pub use fingerprint::{Fingerprint, contents};
pub use google::{GOOGLE, Google};
pub use identity::{HeaderDialect, IdentityConfig, SigningKeysConfig};
pub use keys::KeysConfig;
pub use layers::{PREFIX, Sources};
pub use legacy::NetpilotConfig;
pub use limits::{Limits, Rate};
pub use listen::{CertificateFiles, Listen};
pub use load::{Loaded, known_keys, load};
pub use log::{LogConfig, LogFormat};
pub use pages::Pages;
pub use postern_model::address::Address;
pub use problem::{Problem, Problems, printable};
pub use route::RouteConfig;
pub use second_factor::SecondFactorConfig;
pub use session::SessionConfig;
pub use store::StoreConfig;
pub use upstream::{HealthConfig, UpstreamConfig};
pub use upstream_tls::{TlsFiles, TlsMisfit};
pub use upstream_url::UpstreamUrl;
