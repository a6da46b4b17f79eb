//! Authentication and authorization logic: sign-in with the provider, second factors, attempts, and access decisions.
//! Only this crate makes proofs of identity.
//!
//! - [`access`]: `decide`, a pure function, and the proofs that only it can make.
//! - [`subject`]: the subject of a decision, independent of how its session is stored.
//! - [`admission`]: who may sign in, and which addresses of a provider are trusted.
//! - [`sign_in`]: the authorization-code flow with the provider, from the button to the first-factor session.
//! - [`factors`]: enrolment, verification, backup codes, removal.
//! - [`device_binding`]: sessions that are bound to a key of their device.
//! - [`kept_posts`]: forms that are kept until a missing step is done.
//! - [`account`]: a user's own factors, sessions and recent activity.
//! - [`import`]: the import of factors that the legacy backend left in the database.
//!
//! Handlers parse, call one function of this crate, and render.

pub mod access;
pub mod account;
pub mod admission;
mod audit_counts;
pub mod device_binding;
mod device_binding_settings;
mod device_counts;
pub mod factors;
mod hand_over;
pub mod import;
pub mod kept_posts;
pub mod rules;
mod service;
pub mod sign_in;
pub mod subject;

pub use audit_counts::AuditCounts;
pub use device_counts::DeviceCounts;
pub use hand_over::HandedOver;
pub use service::{Authn, Settings};
