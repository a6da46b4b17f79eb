//! The address of an upstream.

use std::fmt;
use std::path::PathBuf;

use postern_model::web::Origin;

/// The address of an upstream: an origin or a Unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpstreamUrl {
    /// Scheme, host and port.
    Web(Origin),
    /// Path of a Unix socket.
    Unix(PathBuf),
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(origin) => origin.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
