//! Makes the parts that other crates take from the configuration.

pub(crate) mod rules;
pub(crate) mod upstreams;
