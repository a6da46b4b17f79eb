//! Settings of device binding.

use std::time::Duration;

/// Settings of device binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceBindingSettings {
    /// Whether browsers are offered it. Sessions that are bound stay bound.
    pub offer: bool,
    /// Lifetime of the cookie that a proof is exchanged for.
    pub lifetime: Duration,
}

impl DeviceBindingSettings {
    /// Binding is not offered.
    pub const OFF: Self = Self { offer: false, lifetime: Duration::from_secs(600) };
    /// Binding is offered.
    pub const OFFER: Self = Self { offer: true, ..Self::OFF };
}
