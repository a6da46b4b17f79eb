//! The secret of a trusted device on its way to the browser.

use std::time::Duration;

use postern_keystore::DeviceSecret;
use postern_model::clock::Timestamp;

use crate::service::Authn;

/// Secret of a trusted device, for its cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCookie {
    /// Identifier and secret.
    pub secret: DeviceSecret,
    /// End of the trust.
    pub expires_at: Timestamp,
}

impl Authn {
    /// Returns the time for which devices can be trusted; `None` if they cannot.
    pub fn device_trust(&self) -> Option<Duration> {
        self.settings.trusted_devices
    }

    /// Returns the cookie of a device that is trusted since just now.
    pub(super) fn device_cookie(&self, secret: DeviceSecret) -> Option<DeviceCookie> {
        Some(DeviceCookie { secret, expires_at: self.now().after(self.device_trust()?) })
    }
}
