//! Which hosts a route holds for.

use std::fmt;

/// A host as a route names it: in lower case, with its port where that is not the default.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HostPattern {
    /// This host and no other.
    Is(Box<str>),
    /// `*.example.com`: exactly one label before `.example.com`, which is what is stored.
    Below(Box<str>),
}

impl HostPattern {
    /// Takes a host that is known to be canonical, or `*.` and one.
    pub fn new(text: &str) -> Self {
        match text.strip_prefix('*') {
            Some(suffix) => Self::Below(suffix.into()),
            None => Self::Is(text.into()),
        }
    }

    /// Whether a canonical host falls under this pattern.
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Is(name) => **name == *host,
            Self::Below(suffix) => split(host).is_some_and(|(_, rest)| *rest == **suffix),
        }
    }

    /// Whether every host under `other` is under this one too.
    pub fn covers(&self, other: &Self) -> bool {
        match other {
            Self::Is(name) => self.matches(name),
            Self::Below(_) => self == other,
        }
    }

    /// Whether there is a host under both.
    pub fn meets(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

/// The first label of a host and what follows it, dot and port included. `None` where a wildcard cannot stand for the
/// label: it is empty, or there is nothing behind it.
pub(super) fn split(host: &str) -> Option<(&str, &str)> {
    host.find('.').filter(|dot| *dot > 0).and_then(|dot| host.split_at_checked(dot))
}

impl fmt::Display for HostPattern {
    /// As it is written in the configuration.
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
