//! Converts the configuration to the settings of other crates.

pub(crate) mod rules;
pub(crate) mod upstreams;
