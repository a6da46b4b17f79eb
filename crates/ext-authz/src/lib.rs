//! Envoy's external authorization over gRPC (`envoy.service.auth.v3.Authorization/Check`).
//!
//! [`check_request`] converts Envoy's request, a [`CheckService`] decides, [`check_response`] converts the decision. An allowing
//! response is made from [`HeaderMutations`](postern_proxy::HeaderMutations) only, which only a permit yields. Every failure
//! is a denial and never a gRPC error, because Envoy can be configured to let errors pass (`failure_mode_allow`).

mod check_request;
mod check_response;
mod serve;
mod service;
mod undecodable;

pub use serve::{Limits, serve};
pub use service::{CheckService, ReceivedCheck};
