//! The faces: each carries out decisions in one protocol. Each is a separate type; they share one [`Core`](core::Core).

pub(crate) mod compat;
pub(crate) mod core;
pub(crate) mod ext_authz;
pub(crate) mod forward_auth;
mod in_use;
mod kept_post;
pub(crate) mod reverse_proxy;
mod revocation;
pub(crate) mod service;
mod websocket;
mod websocket_frames;

use std::sync::Arc;

/// Faces of one core.
#[derive(Clone)]
pub struct Faces {
    /// The shared core.
    pub core: Arc<core::Core>,
    /// Forwards requests.
    pub reverse_proxy: reverse_proxy::ReverseProxy,
    /// Answers checks over HTTP.
    pub forward_auth: forward_auth::ForwardAuth,
    /// Answers checks of described requests.
    pub ext_authz: ext_authz::ExtAuthz,
    /// Answers the endpoints of other gateways.
    pub compat: compat::CompatEndpoints,
}

impl Faces {
    /// Builds the faces of a core.
    pub fn new(core: core::Core) -> Self {
        let core = Arc::new(core);
        Self {
            reverse_proxy: reverse_proxy::ReverseProxy::new(Arc::clone(&core)),
            forward_auth: forward_auth::ForwardAuth::new(Arc::clone(&core)),
            ext_authz: ext_authz::ExtAuthz::new(Arc::clone(&core)),
            compat: compat::CompatEndpoints::new(Arc::clone(&core)),
            core,
        }
    }
}
