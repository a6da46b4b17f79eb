//! The data plane.
pub mod host;
pub mod path;
pub mod wire;
