//! The scope of the session cookie: the hosts that receive it, and the sites whose requests carry it.

use std::fmt::Write as _;

/// Requests of other sites that carry the session cookie (`SameSite`, RFC 6265bis §5.4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// Only top-level navigations.
    #[default]
    Lax,
    /// All requests, for a dashboard on another site; writes must then name an allowed origin.
    None,
}

/// Scope of the session cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CookieScope {
    /// The domain whose hosts share the cookie; `None` gives each host its own.
    pub domain: Option<String>,
    /// The requests of other sites that carry it.
    pub same_site: SameSite,
}

impl CookieScope {
    /// Returns the name prefix that makes browsers enforce the cookie's attributes (RFC 6265bis §4.1.3).
    pub(super) fn prefix(&self, https: bool) -> &'static str {
        match (https, &self.domain) {
            (false, _) => "",
            (true, None) => "__Host-",
            (true, Some(_)) => "__Secure-",
        }
    }

    /// Returns the attributes of the cookie.
    pub(super) fn attributes(&self, https: bool) -> String {
        let same_site = match self.same_site {
            SameSite::Lax => "Lax",
            SameSite::None => "None",
        };
        let mut attributes = format!("; Path=/; HttpOnly; SameSite={same_site}");
        if https {
            attributes.push_str("; Secure");
        }
        if let Some(domain) = &self.domain {
            let _ = write!(attributes, "; Domain={domain}");
        }
        attributes
    }
}
