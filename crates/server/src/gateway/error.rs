//! Why a gateway does not start.

use postern_listener::BindError;
use postern_listener::tls::TlsError;
use postern_model::store::StoreError;

use crate::config_error::ConfigError;
use crate::signing::KeysError;

/// Why a gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store failed or is not ready.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The certificate cannot be used.
    #[error("listen.tls: {0}")]
    Tls(#[from] TlsError),
    /// A listen address cannot be bound.
    #[error(transparent)]
    Listen(#[from] BindError),
}
