//! The data plane. Every request becomes the same question, whoever asks, and the answer has the same shape:
//!
//! ```text
//! request → target (which origin, which canonical path, what kind)     target, dialect, path, host
//!         → rule   (what does this host, path and method demand)       postern_authn::rules
//!         → session (cookie → token hash → cache → store)              sessions
//!         → decide(rule, session, now)                                 gate, postern_authn::access
//!         → a face renders the answer                                  plane (reverse proxy), forward_auth (checks)
//! ```
//!
//! [`Plane`] is all of it: [`Plane::handle`] forwards, [`Plane::check`] answers the checks of other proxies. It knows
//! nothing of the portal; whoever runs it answers what lies below the base path first. [`downstream`] speaks HTTP/1.1 with
//! clients, and [`wire`] holds their bytes to strict framing before anything is made of them.
//!
//! What holds throughout: an upstream takes nothing but `Permitted` requests, which only a decision makes; identity
//! headers are made from an `Identity` only, which only a permit gives; every error denies; the path that is matched is
//! byte for byte the path that is forwarded; a request of a session at hand reads no store and signs nothing.

mod added;
mod answer;
mod body;
mod bridge;
mod compat;
mod config;
mod dialect;
mod external;
mod forward_auth;
mod gate;
mod host;
mod hygiene;
mod identity;
mod legacy;
mod lineage;
mod message_signature;
mod method;
mod names;
mod path;
mod plane;
mod problems;
mod ruling;
mod sessions;
mod target;
mod template;
mod upstream;
mod websocket;

pub use body::{Body, Passing};
pub use bridge::{Bridge, BridgeFormat};
pub use compat::{Compat, Endpoint, OAuth2ProxyCompat, TargetSource};
pub use config::{InvalidPlane, PlaneConfig, PlanePorts};
pub use dialect::Dialect;
pub use external::{Admission, Question, Verdict};
pub use host::{HostRefused, Hosts, InvalidHost, ServedHost};
pub use identity::IdentityDialect;
pub use legacy::LegacyBridge;
pub use method::is_served as is_served_method;
pub use path::{Ambiguous, CanonicalPath};
pub use plane::Plane;
pub use ruling::{Unruled, ruling};
pub use sessions::{CachedSession, Freshness, Outage, SessionCache, Sessions, Stats};
pub use template::{InvalidTemplate, Template};
// The engine's own crate has these; the names here are for the time of the move.
pub use postern_http::boxed::{self as apart, apart, pinned};
pub use postern_http::client::{Interrupted, Malformed};
pub use postern_http::coarse_clock::{millis, ticks};
pub use postern_http::headers::{self as section, Lines, Section};
pub use postern_http::{Lease, Peer};
pub use postern_http::{server as downstream, validate as wire};
pub use upstream::{BrokenOff, HealthCheck, Protocol, UpstreamAddress, UpstreamBody, UpstreamConfig, UpstreamTls};
