//! The data plane.
pub mod body;
pub mod gate;
pub mod host;
pub mod hygiene;
pub mod identity;
pub mod legacy;
mod names;
pub mod path;
pub mod peer;
pub mod sessions;
pub mod target;
pub mod wire;
