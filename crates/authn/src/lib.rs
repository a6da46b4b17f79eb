//! The rules of the game: sign-in with the provider, second factors, attempts, and access decisions. The only place
//! where proofs are made.
//!
//! - [`access`]: `decide`, a pure function, and the proofs that only it can make.
//! - [`subject`]: whom a decision is about, in whatever form their session is at hand.
//! - [`admission`]: who may sign in, and which addresses are believed.
//! - [`sign_in`]: the authorization-code flow with the provider, from the button to the first-factor session.
//! - [`factors`]: enrolment, verification, backup codes, switching off.
//! - [`account`]: what people see and do about their own sessions.
//! - [`import`]: what the guide's backend left in the database.
//!
//! Handlers parse, call one function of this crate, and render.

pub mod access;
pub mod account;
pub mod admission;
mod audit_counts;
pub mod factors;
mod hand_over;
pub mod import;
pub mod rules;
mod service;
pub mod sign_in;
pub mod subject;

pub use audit_counts::AuditCounts;
pub use hand_over::HandedOver;
pub use service::{Authn, Settings};
