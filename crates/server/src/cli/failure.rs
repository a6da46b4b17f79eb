//! Why a command did not work, and the exit code that says so.

use std::io;

use crate::net::BindError;
use postern_config::Problems;

/// A failed command. Messages hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It did not work.
    #[error("{0}")]
    Failed(String),
    /// The configuration has problems.
    #[error("{0}")]
    Configuration(#[from] Problems),
    /// The store is unavailable or not ready.
    #[error("{0}")]
    Store(String),
    /// The provider is unavailable.
    #[error("{0}")]
    Provider(String),
    /// An address cannot be listened on.
    #[error("{0}")]
    Listen(#[from] BindError),
    /// The result cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Failed(_) | Self::Output(_) => 1,
            Self::Configuration(_) => 3,
            Self::Store(_) => 4,
            Self::Provider(_) => 5,
            Self::Listen(_) => 6,
        }
    }
}
