//! The data plane: decides on requests, and forwards them.
//!
//! ```text
//! request → target (origin, canonical path, method, kind of request)   target
//!         → route  (what this host, path and method demand)            gate, postern_authn::rules
//!         → session (cookie → token hash → cache → store)              sessions
//!         → decide(route, session, now)                                gate, postern_authn::access
//!         → a face renders the outcome                                 faces, response
//! ```
//!
//! An upstream takes only `Permitted` requests, which only a decision makes. Identity headers are made from an `Identity`, which
//! only a permit gives. Every error denies. The path that is matched is byte for byte the path that is forwarded. A request whose
//! session is cached reads no store and signs nothing.

mod config;
mod faces;
mod gate;
mod generation;
mod headers;
mod identity;
mod response;
mod sessions;
mod target;
mod upstream;

pub use config::{Compat, CoreConfig, CorePorts, InvalidCore, OAuth2ProxyCompat, TargetSource};
pub use faces::Faces;
pub use faces::compat::{CompatEndpoints, Endpoint};
pub use faces::core::Core;
pub use faces::ext_authz::{CheckRequest, CheckResponse, ExtAuthz, HeaderMutations};
pub use faces::forward_auth::{Check, ForwardAuth, PendingCheck};
pub use faces::reverse_proxy::ReverseProxy;
pub use faces::service::{FaceFuture, FaceRequest, FaceResponse};
pub use gate::route_match::{RouteError, match_route};
pub use headers::names::X_AUTH_ALIASES as ALIASES;
pub use identity::IdentityDialect;
pub use identity::bridge::{Bridge, BridgeFormat};
pub use identity::contents_template::{InvalidTemplate, Template};
pub use identity::netpilot_session::LegacyBridge;
pub use response::body::{Body, EncodedHeaders, Response};
pub use response::renderer::Renderer;
pub use response::{Reader, Rendering};
pub use sessions::{CachedSession, Freshness, Outage, SessionCache, Sessions, Stats};
pub use target::dialect::Dialect;
pub use target::host::{HostRefused, Hosts, InvalidHost, ServedHost};
pub use target::method::is_served as is_served_method;
pub use target::path::{Ambiguous, CanonicalPath};
pub use upstream::{
    HealthCheck, Protocol, ResponseBodyError, UpstreamAddress, UpstreamBody, UpstreamConfig, UpstreamTls,
};
