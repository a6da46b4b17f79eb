//! Identity dialects: header names, and the identity field of each.

use http::header::HeaderName;

use super::fields::IdentityField;
use crate::headers::names;

/// Set of header names that carry the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentityDialect {
    /// `X-Auth-User`, `-Email`, `-Name`, `-Groups`, `-Methods`, `-Time` and `-Assertion`, the signed one.
    XAuth,
    /// `Remote-User`, `-Email`, `-Name`, `-Groups`.
    Remote,
    /// `X-Forwarded-User`, `-Email`, `-Groups`, `-Preferred-Username` and the same as `X-Auth-Request-…`.
    OAuth2Proxy,
}

/// Dialect without an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlainDialect {
    /// [`IdentityDialect::Remote`].
    Remote,
    /// [`IdentityDialect::OAuth2Proxy`].
    OAuth2Proxy,
}

impl IdentityDialect {
    /// Returns the names, with the field of each.
    pub(super) fn lines(self) -> impl Iterator<Item = (HeaderName, IdentityField)> {
        use IdentityField::{Assertion, Email, Groups, Methods, Name, Time, User};
        let (names, pieces): (&[HeaderName], &[IdentityField]) = match self {
            Self::XAuth => (&names::X_AUTH, &[User, Email, Name, Groups, Methods, Time, Assertion]),
            Self::Remote => (&names::REMOTE, &[User, Email, Name, Groups]),
            Self::OAuth2Proxy => (&names::OAUTH2_PROXY, &[User, Email, Groups, Email, User, Email, Groups, Email]),
        };
        names.iter().cloned().zip(pieces.iter().copied())
    }
}

impl From<PlainDialect> for IdentityDialect {
    fn from(dialect: PlainDialect) -> Self {
        match dialect {
            PlainDialect::Remote => Self::Remote,
            PlainDialect::OAuth2Proxy => Self::OAuth2Proxy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_tells_something() {
        for (dialect, count) in [
            (IdentityDialect::XAuth, names::X_AUTH.len()),
            (IdentityDialect::Remote, names::REMOTE.len()),
            (IdentityDialect::OAuth2Proxy, names::OAUTH2_PROXY.len()),
        ] {
            assert_eq!(dialect.lines().count(), count, "{dialect:?}");
        }
    }
}
