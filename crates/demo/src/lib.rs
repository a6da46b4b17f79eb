//! The demonstration: a stand-in identity provider, a sample backend, and the supervisor that runs both beside the
//! gateway. None of it is linked into the gateway, and all of it listens on loopback alone.
//!
//! Tests use [`provider`] as a provider that can be told to misbehave.

pub mod authenticator;
pub mod backend;
pub mod net;
pub mod provider;
pub mod supervisor;
pub mod system;

pub mod respond;
