//! The dialects: under which names an identity is told, and what is said there.

use std::borrow::Cow;

use http::header::HeaderName;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use postern_authn::access::Identity;

use crate::names;

/// A set of header names that carry the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentityDialect {
    /// `X-Auth-User`, `-Email`, `-Name`, `-Groups`, `-Methods`, `-Time` and `-Assertion`, the signed one.
    XAuth,
    /// `Remote-User`, `-Email`, `-Name`, `-Groups`.
    Remote,
    /// `X-Forwarded-User`, `-Email`, `-Groups`, `-Preferred-Username` and the same as `X-Auth-Request-…`.
    OAuth2Proxy,
}

/// A dialect of names and nothing that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlainDialect {
    /// [`IdentityDialect::Remote`].
    Remote,
    /// [`IdentityDialect::OAuth2Proxy`].
    OAuth2Proxy,
}

/// What is encoded in a name: all that is not visible ASCII, and `%` so that decoding gives the name back.
const NAME: &AsciiSet = &CONTROLS.add(b'%');
/// In a list the separator too.
const ITEM: &AsciiSet = &NAME.add(b',');

impl IdentityDialect {
    /// Its names, in the order of [`IdentityDialect::texts`].
    pub(super) fn names(self) -> &'static [HeaderName] {
        match self {
            Self::XAuth => &names::X_AUTH,
            Self::Remote => &names::REMOTE,
            Self::OAuth2Proxy => &names::OAUTH2_PROXY,
        }
    }

    /// What it says, in the order of [`IdentityDialect::names`]; empty where there is nothing to tell. `assertion` is asked
    /// for where it is part of the dialect.
    pub(super) fn texts<E>(
        self,
        identity: Identity<'_>,
        groups: &[String],
        assertion: impl FnOnce() -> Result<String, E>,
    ) -> Result<Vec<String>, E> {
        let user = identity.person();
        let (id, email, groups) = (user.id.to_string(), encoded(user.email, NAME), list(groups));
        let name = || user.full_name.map(|name| encoded(name, NAME).into_owned()).unwrap_or_default();
        Ok(match self {
            Self::XAuth => {
                let methods = identity.methods().collect::<Vec<_>>().join(" ");
                let time = identity.auth_time().as_secs().to_string();
                vec![id, email.into_owned(), name(), groups, methods, time, assertion()?]
            }
            Self::Remote => vec![id, email.into_owned(), name(), groups],
            Self::OAuth2Proxy => {
                let family = [id, email.to_string(), groups, email.into_owned()];
                [family.clone(), family].concat()
            }
        })
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

/// Text with everything beyond visible ASCII percent-encoded. A control character makes it unfit for a header: it is
/// kept, so that the value is dropped rather than a spelling invented for an attack.
fn encoded<'t>(text: &'t str, set: &'static AsciiSet) -> Cow<'t, str> {
    if text.contains(char::is_control) { Cow::Borrowed(text) } else { utf8_percent_encode(text, set).into() }
}

fn list(items: &[String]) -> String {
    items.iter().map(|item| encoded(item, ITEM)).collect::<Vec<_>>().join(",")
}
