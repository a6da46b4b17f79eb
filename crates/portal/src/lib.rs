//! The pages and the JSON API: everything that the gateway answers itself.
//!
//! One walk for every request ([`Portal::respond`]): route → method → for writes origin and body → one handler, which
//! parses, calls one function of `postern-authn`, and renders. Whatever goes wrong is a `PortalError`, and one place turns
//! troubles into pages or JSON.
//!
//! - [`pages`]: contexts and templates. No script is needed but for copying and printing.
//! - `api`: the JSON API of the NetPilot guide, under `/api/2fa` with its profile and under `{base}/api` always.
//! - [`assets`]: style sheet, script and icon, built in.

mod api;
pub mod assets;
mod body;
mod error;
mod handlers;
mod media_type;
pub mod pages;
mod portal;
mod refusal_pages;
mod request;
mod response;
mod route;
mod security;
mod session;

pub use portal::{Portal, PortalSettings};
pub use refusal_pages::PortalRefusalPages;
