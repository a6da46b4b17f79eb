//! Headers that may cross the gateway: which are removed, and which are added.

pub(crate) mod forwarding;
pub(crate) mod names;
pub(crate) mod sanitize;
