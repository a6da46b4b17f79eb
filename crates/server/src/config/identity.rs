//! `[identity]`: how upstreams learn who is calling.

use super::table::Table;

/// A set of identity headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderDialect {
    /// `X-Auth-*`.
    XAuth,
    /// `Remote-*`.
    Remote,
    /// `X-Forwarded-User/-Email`, `X-Auth-Request-*`.
    Oauth2Proxy,
}

impl HeaderDialect {
    /// The name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::XAuth => "x-auth",
            Self::Remote => "remote",
            Self::Oauth2Proxy => "oauth2-proxy",
        }
    }
}

/// Identity for upstreams.
#[derive(Clone, Debug)]
pub struct IdentityConfig {
    /// Which headers are set.
    pub dialects: Vec<HeaderDialect>,
    /// Audience of the assertion.
    pub audience: String,
}

pub(super) fn read(table: &mut Table<'_>, netpilot: bool) -> IdentityConfig {
    let given = table.given("dialects");
    let mut dialects = table.list_of("dialects", |text| match text {
        "x-auth" => Ok(HeaderDialect::XAuth),
        "remote" => Ok(HeaderDialect::Remote),
        "oauth2-proxy" => Ok(HeaderDialect::Oauth2Proxy),
        other => Err((format!("{other:?} is no dialect"), "use x-auth, remote and oauth2-proxy")),
    });
    if !given {
        dialects.push(HeaderDialect::XAuth);
    }
    let default = if netpilot { "netpilot" } else { "postern" };
    IdentityConfig { dialects, audience: table.text("audience").unwrap_or_else(|| default.to_owned()) }
}
