//! `[pages]`: names, links and languages of pages, and HSTS.

use postern_model::language::Language;
use url::Url;

use crate::parse;
use crate::table::{Complaint, Table};

/// Pages.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The application's name on pages; `None`: the host of `public_url`.
    pub product: Option<String>,
    /// The identity provider's name on pages; `None`: Google, or the host of another issuer.
    pub provider: Option<String>,
    /// Where people get help, as an address of the web or `mailto:`; `None`: no link.
    pub support: Option<Url>,
    /// The privacy notice; `None`: no link.
    pub privacy: Option<Url>,
    /// The languages that are offered, at least one; the first is used where a browser asks for none of them.
    pub languages: Vec<Language>,
    /// Whether responses carry `Strict-Transport-Security`, if `public_url` is https.
    pub hsts: bool,
}

pub(crate) fn read(table: &mut Table<'_>, netpilot: bool) -> Pages {
    let product = shown(table, "product").or_else(|| netpilot.then(|| "NetPilot".to_owned()));
    Pages {
        product,
        provider: shown(table, "provider"),
        support: table.make("support", contact),
        privacy: table.make("privacy", parse::web_url),
        languages: languages(table),
        hsts: table.flag("hsts", true),
    }
}

/// Reads the languages; all of them where none is given.
fn languages(table: &mut Table<'_>) -> Vec<Language> {
    let mut languages = table.list_of("languages", |tag| {
        Language::from_tag(tag).ok_or_else(|| {
            let remedy = "use some of \"en\", \"he\", \"ar\", \"de\", \"fr\", \"es\", \"ja\" and \"zh-Hans\"";
            (format!("{tag:?} is no language of the pages"), remedy)
        })
    });
    if languages.is_empty() {
        languages = Language::ALL.to_vec();
    }
    languages
}

/// Parses an address of the web, or `mailto:` with an e-mail address.
fn contact(text: &str) -> Result<Url, Complaint> {
    let remedy = "write it like https://host/path or mailto:help@example.com";
    match text.strip_prefix("mailto:") {
        Some(address) if address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty()) => {
            Url::parse(text).map_err(|_| (format!("{text:?} is no e-mail address"), remedy))
        }
        Some(_) => Err((format!("{text:?} has no e-mail address"), remedy)),
        None => parse::web_url(text).map_err(|(what, _)| (what, remedy)),
    }
}

/// Reads a name short enough for a page; an empty one counts as absent.
fn shown(table: &mut Table<'_>, key: &'static str) -> Option<String> {
    let name = table.make(key, |text| match text.chars().any(char::is_control) || text.len() > 64 {
        true => Err((format!("{text:?} is no name to show"), "use at most 64 bytes on one line")),
        false => Ok(text.to_owned()),
    });
    name.filter(|name| !name.trim().is_empty())
}
