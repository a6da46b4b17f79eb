//! Command errors and their exit codes.

use std::io;

use postern_config::Problems;
use postern_listener::BindError;
use serde_json::{Value, json};

/// A failed command. Messages hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The command failed.
    #[error("{0}")]
    Failed(String),
    /// The configuration is invalid.
    #[error("{0}")]
    Configuration(#[from] Problems),
    /// The store is unavailable or not ready.
    #[error("{0}")]
    Store(String),
    /// The provider is unavailable.
    #[error("{0}")]
    Provider(String),
    /// A listen address is unavailable.
    #[error("{0}")]
    Listen(#[from] BindError),
    /// Writing the output failed.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl CommandError {
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

/// The problems of a configuration as JSON: `{"problems": [{"key", "origin", "what", "remedy"}]}`.
pub(super) fn problems(problems: &Problems) -> Value {
    let entries = problems.0.iter().map(|problem| {
        json!({ "key": problem.key, "origin": problem.origin, "what": problem.what, "remedy": problem.remedy })
    });
    json!({ "problems": entries.collect::<Vec<_>>() })
}
