//! Trusted devices: browsers in which a user is not asked for the second factor for a while.
//!
//! A browser holds a secret, which is replaced whenever it stands in for the second factor. A device belongs to an enrolment
//! of the authenticator (`user_2fa_settings.id`): replacing the authenticator ends its trust, and so does removing any factor.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::{SessionId, TrustedDeviceId, UserId};
use crate::session::{Caller, Elevation, SessionView, TokenHash};

/// Maximum number of trusted devices of one user. Another one takes the place of the least recently used.
pub const TRUSTED_DEVICES_MAX: u32 = 20;
/// Time for which a secret that was just replaced is accepted without being replaced again: requests of two tabs, or of a
/// double click, carry the same one.
pub const PARALLEL: Duration = Duration::from_secs(60);

/// A row of `postern.trusted_devices` as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedDevice {
    /// Identifier.
    pub id: TrustedDeviceId,
    /// The user.
    pub user: UserId,
    /// Time since which it is trusted.
    pub trusted_at: Timestamp,
    /// Time until which it is trusted.
    pub expires_at: Timestamp,
    /// Time at which it last stood in for the second factor.
    pub last_used_at: Option<Timestamp>,
    /// The client that the user trusted.
    pub caller: Caller,
}

impl TrustedDevice {
    /// Returns the end of the trust where devices are trusted for `lifetime` now. A shorter one than before counts for devices
    /// that are trusted already, a longer one does not.
    pub fn ends_at(&self, lifetime: Duration) -> Timestamp {
        self.expires_at.min(self.trusted_at.after(lifetime))
    }
}

/// A device that is trusted from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceTrust {
    /// The device.
    pub device: TrustedDevice,
    /// SHA-256 of its secret.
    pub secret: TokenHash,
    /// The session in which the second factor was verified on it.
    pub session: SessionId,
}

/// Secrets of a trusted device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceSecrets {
    /// SHA-256 of the secret that was sent to the browser last.
    pub current: TokenHash,
    /// SHA-256 of the last secret that the browser presented, which it may still have: the response with the current one may
    /// have been lost.
    pub former: Option<TokenHash>,
    /// Time of the last replacement.
    pub replaced_at: Option<Timestamp>,
}

/// What a presented secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// Accepted. Store these secrets, and send the next one to the browser.
    Replaced(DeviceSecrets),
    /// Accepted; a parallel request has replaced it already.
    Parallel,
    /// Neither the current nor the former one: somebody else has used the device's secret, or uses a copy of an old one.
    Outdated,
}

impl DeviceSecrets {
    /// Judges a secret, which `next` replaces.
    pub fn present(&self, presented: TokenHash, next: TokenHash, now: Timestamp) -> Presented {
        let replaced = |former| Self { current: next, former: Some(former), replaced_at: Some(now) };
        if presented == self.current {
            return Presented::Replaced(replaced(self.current));
        }
        match self.former {
            Some(former) if former == presented => match self.replaced_at {
                Some(at) if now < at.after(PARALLEL) => Presented::Parallel,
                // The current one was never presented: the response that carried it was lost.
                _ => Presented::Replaced(replaced(former)),
            },
            _ => Presented::Outdated,
        }
    }
}

/// Use of a trusted device in place of the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceUse {
    /// The device.
    pub device: TrustedDeviceId,
    /// The user of the session.
    pub user: UserId,
    /// SHA-256 of the presented secret.
    pub presented: TokenHash,
    /// SHA-256 of the secret that replaces it.
    pub next: TokenHash,
    /// Only a device that is trusted since a later time.
    pub trusted_after: Timestamp,
    /// The change of the session, with the time of the use.
    pub elevation: Elevation,
}

/// Result of using a trusted device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceUsed {
    /// The session was raised.
    Done {
        /// The session as it is now.
        view: Box<SessionView>,
        /// The device.
        device: TrustedDevice,
        /// Whether the secret was replaced by the next one.
        replaced: bool,
    },
    /// The user has no such device, or its trust is over; nothing was written.
    Unknown,
    /// The secret was replaced before ([`Presented::Outdated`]). The trust is ended.
    Outdated,
    /// The session no longer has the token; nothing was written.
    SessionGone,
}

/// Trusted devices of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceSelection {
    /// All.
    All,
    /// This one.
    One(TrustedDeviceId),
    /// The one on which a session was begun.
    OfSession(SessionId),
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn hash(number: u8) -> TokenHash {
        TokenHash([number; 32])
    }

    fn present(secrets: &mut DeviceSecrets, presented: u8, next: u8, seconds: u64) -> &'static str {
        match secrets.present(hash(presented), hash(next), NOW.after(Duration::from_secs(seconds))) {
            Presented::Replaced(after) => {
                *secrets = after;
                "replaced"
            }
            Presented::Parallel => "parallel",
            Presented::Outdated => "outdated",
        }
    }

    fn fresh() -> DeviceSecrets {
        DeviceSecrets { current: hash(0), former: None, replaced_at: None }
    }

    #[test]
    fn a_secret_is_replaced_at_each_use_and_its_predecessor_is_then_outdated() {
        let mut secrets = fresh();
        assert_eq!(present(&mut secrets, 0, 1, 0), "replaced");
        assert_eq!(present(&mut secrets, 1, 2, 1), "replaced");
        assert_eq!(present(&mut secrets, 0, 3, 2), "outdated");
        assert_eq!(present(&mut secrets, 9, 3, 2), "outdated");
    }

    #[test]
    fn two_tabs_at_once_keep_the_browser_trusted() {
        let mut secrets = fresh();
        assert_eq!(present(&mut secrets, 0, 1, 0), "replaced");
        assert_eq!(present(&mut secrets, 0, 2, 59), "parallel");
        assert_eq!(present(&mut secrets, 1, 3, 100), "replaced");
    }

    #[test]
    fn a_lost_response_keeps_the_browser_trusted_however_often() {
        let mut secrets = fresh();
        for round in 0..3_u8 {
            assert_eq!(present(&mut secrets, 0, round + 1, u64::from(round) * 60), "replaced");
        }
        assert_eq!(present(&mut secrets, 3, 4, 300), "replaced");
        assert_eq!(present(&mut secrets, 0, 5, 300), "outdated");
    }

    #[test]
    fn of_a_copy_and_its_original_one_is_found_out() {
        // The copy is used first; its owner presents the former one, and the copy's own is then outdated.
        let mut secrets = fresh();
        assert_eq!(present(&mut secrets, 0, 1, 0), "replaced");
        assert_eq!(present(&mut secrets, 0, 2, 3600), "replaced");
        assert_eq!(present(&mut secrets, 1, 3, 7200), "outdated");
    }

    #[test]
    fn a_shorter_lifetime_counts_at_once_and_a_longer_one_does_not() {
        let day = Duration::from_secs(86_400);
        let device = TrustedDevice {
            id: TrustedDeviceId(Default::default()),
            user: UserId(Default::default()),
            trusted_at: NOW,
            expires_at: NOW.after(30 * day),
            last_used_at: None,
            caller: Caller::default(),
        };
        assert_eq!(device.ends_at(7 * day), NOW.after(7 * day));
        assert_eq!(device.ends_at(90 * day), NOW.after(30 * day));
    }
}
