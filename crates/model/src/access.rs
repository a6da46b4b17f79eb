//! Access levels of routes, the deployment's second-factor policy, and the lifetimes of sessions and verifications.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::factor::SecondFactor;

/// Access level that a route requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// No requirement: public.
    Public,
    /// A sign-in with the provider.
    FirstFactor,
    /// The factors that the policy and the user's settings require.
    Full,
    /// A second factor, whatever the policy says.
    SecondFactor,
    /// A second factor verified within this time.
    Fresh(Duration),
    /// Closed: no request is allowed.
    Deny,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::FirstFactor => f.write_str("first-factor"),
            Self::Full => f.write_str("full"),
            Self::SecondFactor => f.write_str("second-factor"),
            Self::Fresh(span) => write!(f, "fresh({}s)", span.as_secs()),
            Self::Deny => f.write_str("deny"),
        }
    }
}

/// Kind of second factor that a route requires, beside its access level. The stricter one is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactorDemand {
    /// Whichever the user has.
    #[default]
    Any,
    /// One that a false site cannot pass on (NIST SP 800-63B-4 §3.2.5).
    PhishingResistant,
}

impl FactorDemand {
    /// Whether this factor is of the required kind.
    pub fn is_met_by(self, factor: SecondFactor) -> bool {
        match self {
            Self::Any => true,
            Self::PhishingResistant => factor == SecondFactor::Passkey,
        }
    }
}

impl fmt::Display for FactorDemand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any",
            Self::PhishingResistant => "phishing-resistant",
        })
    }
}

/// Whether a route requires a session that is bound to its device. The stricter one is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BindingDemand {
    /// Bound or not.
    #[default]
    Any,
    /// Bound to a key of the device.
    Device,
}

impl fmt::Display for BindingDemand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any",
            Self::Device => "device",
        })
    }
}

/// Error of text that is not an [`Access`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no access level: use public, first-factor, full, second-factor, fresh(5m) or deny")]
pub struct InvalidAccess(String);

impl FromStr for Access {
    type Err = InvalidAccess;

    fn from_str(text: &str) -> Result<Self, InvalidAccess> {
        let invalid = || InvalidAccess(text.to_owned());
        Ok(match text {
            "public" => Self::Public,
            "first-factor" => Self::FirstFactor,
            "full" => Self::Full,
            "second-factor" => Self::SecondFactor,
            "deny" => Self::Deny,
            other => {
                let span = other.strip_prefix("fresh(").and_then(|rest| rest.strip_suffix(')'));
                let span = parse_duration(span.ok_or_else(invalid)?).ok_or_else(invalid)?;
                Self::Fresh(span)
            }
        })
    }
}

/// Parses a positive duration: digits and one of `ms s m h d` (`"90s"`, `"12h"`). `None` for other text.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at_checked(split)?;
    let count: u64 = digits.parse().ok().filter(|count| *count > 0)?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    count.checked_mul(millis).map(Duration::from_millis)
}

/// Policy of which users need a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondFactorPolicy {
    /// Every user.
    #[default]
    Required,
    /// Users who enrolled one or for whom an administrator requires one (the legacy backend's behaviour).
    PerUser,
}

/// Lifetimes of a session and its verifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Maximum lifetime, counted from sign-in.
    pub lifetime: Duration,
    /// Maximum time without a request.
    pub idle: Duration,
    /// Maximum time that a sign-in waits for its second factor.
    pub first_factor: Duration,
    /// Time for which a verified second factor counts.
    pub second_factor: Duration,
}

impl SessionLimits {
    /// Returns the maximum lag of last-seen times in the store: a sixtieth of the idle limit, and at most a minute. It is small
    /// enough that no replica ends a session noticeably early, and large enough that a session in use is not written every
    /// few seconds.
    pub fn seen_step(&self) -> Duration {
        const STEP_MAX: Duration = Duration::from_secs(60);
        (self.idle / 60).min(STEP_MAX)
    }
}

impl Default for SessionLimits {
    /// Returns 12 h, 1 h, 10 min, 8 h: within NIST SP 800-63B-4 §2.2.3 (24 h overall, 1 h idle).
    fn default() -> Self {
        const MINUTE: u64 = 60;
        Self {
            lifetime: Duration::from_secs(12 * 60 * MINUTE),
            idle: Duration::from_secs(60 * MINUTE),
            first_factor: Duration::from_secs(10 * MINUTE),
            second_factor: Duration::from_secs(8 * 60 * MINUTE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read() {
        assert_eq!("full".parse(), Ok(Access::Full));
        assert_eq!("fresh(5m)".parse(), Ok(Access::Fresh(Duration::from_secs(300))));
    }

    #[test]
    fn anything_else_is_refused_and_named() {
        for text in ["", "Full", "fresh", "fresh()", "fresh(5)", "fresh(m)", "fresh(0s)", "fresh(5m", "any"] {
            let error = text.parse::<Access>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{text:?}")), "{error}");
        }
    }

    #[test]
    fn last_seen_times_lag_by_a_sixtieth_of_the_idle_limit_and_at_most_a_minute() {
        for (idle, step) in [(60, 1), (600, 10), (3600, 60), (7200, 60)] {
            let limits = SessionLimits { idle: Duration::from_secs(idle), ..SessionLimits::default() };
            assert_eq!(limits.seen_step(), Duration::from_secs(step), "{idle}");
        }
    }

    #[test]
    fn durations_need_a_count_and_a_unit() {
        assert_eq!(parse_duration("1500ms"), Some(Duration::from_millis(1500)));
        for (text, seconds) in [("90s", 90), ("5m", 300), ("12h", 43_200), ("2d", 172_800)] {
            assert_eq!(parse_duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "5", "h", "-1s", "1.5h", "5 m", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
