//! `[pages]`: names on pages, and HSTS.

use crate::table::Table;

/// Pages.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The application's name on pages; `None`: the host of `public_url`.
    pub product: Option<String>,
    /// The identity provider's name on pages; `None`: Google, or the host of another issuer.
    pub provider: Option<String>,
    /// Whether responses carry `Strict-Transport-Security`, if `public_url` is https.
    pub hsts: bool,
}

pub(crate) fn read(table: &mut Table<'_>, netpilot: bool) -> Pages {
    let product = shown(table, "product").or_else(|| netpilot.then(|| "NetPilot".to_owned()));
    Pages { product, provider: shown(table, "provider"), hsts: table.flag("hsts", true) }
}

/// Reads a name short enough for a page; an empty one counts as absent.
fn shown(table: &mut Table<'_>, key: &'static str) -> Option<String> {
    let name = table.make(key, |text| match text.chars().any(char::is_control) || text.len() > 64 {
        true => Err((format!("{text:?} is no name to show"), "use at most 64 bytes on one line")),
        false => Ok(text.to_owned()),
    });
    name.filter(|name| !name.trim().is_empty())
}
