//! The portal: the pages and the JSON API that the gateway answers itself.
//!
//! [`Portal::respond`] takes every request through the same steps: route, method, for writes the origin and the body, then
//! one handler, which parses, calls one function of `postern-authn`, and renders. Every failure is a `PortalError`, which
//! one function turns into a page or JSON.
//!
//! - [`pages`]: contexts and templates. They work without script.
//! - [`language`]: their texts, in eight languages.
//! - [`letters`]: mails, of the same texts.
//! - `api`: the JSON API of the NetPilot guide, under `/api/2fa` with its profile and under `{base}/api` always.
//! - [`assets`]: style sheet, script and icon, built in. [`Brand`] adds logo and colours of a deployment.

mod api;
pub mod assets;
mod body;
mod brand;
mod compression;
mod dispatch;
mod error;
mod error_responses;
mod handlers;
pub mod language;
pub mod letters;
mod media_type;
pub mod pages;
mod portal;
mod refusal_pages;
mod request;
mod response;
mod route;
mod security;
mod session;
mod settings;

pub use brand::{Brand, FootLinks};
pub use portal::Portal;
pub use refusal_pages::PortalRefusalPages;
pub use settings::{FactorDemands, OutageSession, OutageSessions, PortalSettings};
