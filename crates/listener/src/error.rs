//! Errors of binding a listener.

use std::io;

use postern_model::address::Address;

/// Why an address cannot be bound.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address.
    pub address: Address,
    /// The system's error.
    pub source: io::Error,
}
