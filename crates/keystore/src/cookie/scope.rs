//! How far the session cookie goes: which hosts get it, and with requests of which sites.

use std::fmt::Write as _;

/// Which requests of other sites carry the session cookie (`SameSite`, RFC 6265bis §5.4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// Only those that open a page.
    #[default]
    Lax,
    /// All. For a dashboard on another site; writes then have to name an allowed origin.
    None,
}

/// How far the session cookie goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CookieScope {
    /// The domain whose hosts share the cookie; without one, each host has its own.
    pub domain: Option<String>,
    /// Which requests of other sites carry it.
    pub same_site: SameSite,
}

impl CookieScope {
    /// The prefix that makes browsers hold the cookie to its attributes (RFC 6265bis §4.1.3).
    pub(super) fn prefix(&self, https: bool) -> &'static str {
        match (https, &self.domain) {
            (false, _) => "",
            (true, None) => "__Host-",
            (true, Some(_)) => "__Secure-",
        }
    }

    /// The attributes of the cookie.
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
