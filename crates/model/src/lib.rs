//! The vocabulary of Postern and its ports to the outside: users, sessions, factors, rules, attempts, audit events,
//! clock and entropy. Nothing here does I/O, reads a clock or draws a random number by itself.
//!
//! The ports (traits) in [`store`] speak these types; absence is `Ok(None)`, never an error.

pub mod access;
pub mod address;
pub mod attempt;
pub mod attempt_log;
pub mod audit;
pub mod authenticator;
pub mod brand;
pub mod clock;
pub mod device_binding;
pub mod enrolment;
pub mod enrolment_commit;
pub mod entropy;
pub mod error_chain;
pub mod factor;
pub mod hand_over;
pub mod id;
pub mod invalidation;
pub mod kept_post;
pub mod known_device;
pub mod language;
pub mod lockout;
pub mod mail;
pub mod outage;
pub mod passkey;
pub mod phone;
pub mod replay;
pub mod sent_code;
pub mod session;
pub mod signing_key;
pub mod store;
pub mod store_error;
pub mod ticket;
pub mod trusted_device;
pub mod user;
pub mod user_agent;
pub mod web;

pub use secrecy::{ExposeSecret, SecretBox, SecretString};
