//! `[pages]`: names on pages, and HSTS.

use crate::table::Table;

/// Pages.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The application behind the gate, as people know it; `None`: the host of `public_url`.
    pub product: Option<String>,
    /// The identity provider, as people know it; `None`: Google, or the host of another issuer.
    pub provider: Option<String>,
    /// Whether browsers are told to use https only (`Strict-Transport-Security`), where `public_url` is https.
    pub hsts: bool,
}

pub(crate) fn read(table: &mut Table<'_>, netpilot: bool) -> Pages {
    let product = shown(table, "product").or_else(|| netpilot.then(|| "NetPilot".to_owned()));
    Pages { product, provider: shown(table, "provider"), hsts: table.flag("hsts", true) }
}

/// A name that fits on a page. An empty one is none.
fn shown(table: &mut Table<'_>, key: &'static str) -> Option<String> {
    let name = table.make(key, |text| match text.chars().any(char::is_control) || text.len() > 64 {
        true => Err((format!("{text:?} is no name to show"), "use at most 64 bytes on one line")),
        false => Ok(text.to_owned()),
    });
    name.filter(|name| !name.trim().is_empty())
}
