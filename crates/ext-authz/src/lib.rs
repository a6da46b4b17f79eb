//! Envoy's external authorization over gRPC (`envoy.service.auth.v3.Authorization/Check`).
//!
//! The same question and the same answer as over HTTP: [`question`] reads what Envoy tells, the data plane decides, and
//! [`answer`] says what Envoy has to do. An answer of yes is made from an [`HeaderMutations`](postern_proxy::HeaderMutations) only,
//! which only a decision gives. Whatever goes wrong is an answer of no, never a gRPC error: Envoy can be told to let
//! errors pass.

mod answer;
mod question;
mod serve;
mod service;

pub use serve::{Limits, serve};
pub use service::{Asker, Gatekeeper};
