//! Host condition of a route.

use std::fmt;

/// Host pattern of a route: in lower case, with its port where that is not the default.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HostPattern {
    /// Exactly this host.
    Is(Box<str>),
    /// `*.example.com`: exactly one label before `.example.com`; the stored text is `.example.com`.
    Below(Box<str>),
}

impl HostPattern {
    /// Builds the pattern from a canonical host, or from `*.` and a canonical host.
    pub fn new(text: &str) -> Self {
        match text.strip_prefix('*') {
            Some(suffix) => Self::Below(suffix.into()),
            None => Self::Is(text.into()),
        }
    }

    /// Whether this pattern matches a canonical host.
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Is(name) => **name == *host,
            Self::Below(suffix) => split(host).is_some_and(|(_, rest)| *rest == **suffix),
        }
    }

    /// Whether this pattern matches every host that `other` matches.
    pub fn covers(&self, other: &Self) -> bool {
        match other {
            Self::Is(name) => self.matches(name),
            Self::Below(_) => self == other,
        }
    }

    /// Whether some host matches both patterns.
    pub fn meets(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

/// Splits a host into its first label and the rest, which starts with a dot and includes the port. `None` where a
/// wildcard cannot match the label: it is empty, or nothing follows it.
pub(super) fn split(host: &str) -> Option<(&str, &str)> {
    host.find('.').filter(|dot| *dot > 0).and_then(|dot| host.split_at_checked(dot))
}

impl fmt::Display for HostPattern {
    /// Writes the pattern as in the configuration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(name) => f.write_str(name),
            Self::Below(suffix) => write!(f, "*{suffix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_is_one_label() {
        let below = HostPattern::new("*.example.com:8443");
        assert!(below.matches("a.example.com:8443"));
        for left in [
            "example.com:8443",
            "a.example.com",
            "a.b.example.com:8443",
            ".example.com:8443",
            "aexample.com:8443",
            "a.example.com.evil:8443",
        ] {
            assert!(!below.matches(left), "{left}");
        }
        assert_eq!(below.to_string(), "*.example.com:8443");
    }

    #[test]
    fn covering_and_meeting() {
        let [below, one, other] = ["*.example.com", "a.example.com", "b.example.org"].map(HostPattern::new);
        assert!(below.covers(&one) && below.covers(&below) && !one.covers(&below) && !below.covers(&other));
        assert!(one.meets(&below) && below.meets(&one) && !other.meets(&below));
    }
}
