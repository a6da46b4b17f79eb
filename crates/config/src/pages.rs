//! `[pages]`: names, look, links and languages of pages, and HSTS.

use std::path::Path;

use postern_model::brand::{Accent, CONTRAST, Colour, Logo, Scheme};
use postern_model::language::Language;
use url::Url;

use crate::bounded_file;
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
    /// A line at the foot of pages, in place of the one that names the gateway.
    pub footer: Option<String>,
    /// Logo, in place of the gateway's mark and the product's name.
    pub logo: Option<Logo>,
    /// Logo on dark pages; `None`: the same, on white.
    pub logo_dark: Option<Logo>,
    /// Colours of links, buttons and the wall; `None`: the gateway's own.
    pub accent: Option<Accent>,
    /// The languages that are offered, at least one; the first is used where a browser asks for none of them.
    pub languages: Vec<Language>,
    /// Whether responses carry `Strict-Transport-Security`, if `public_url` is https.
    pub hsts: bool,
}

pub(crate) fn read(table: &mut Table<'_>, netpilot: bool) -> Pages {
    let product = shown(table, "product").or_else(|| netpilot.then(|| "NetPilot".to_owned()));
    let has_logo = table.given("logo");
    let (logo, logo_dark) = (table.make("logo", logo), table.make("logo_dark", logo));
    if logo_dark.is_some() && !has_logo {
        table.report("logo_dark", "there is no pages.logo".to_owned(), "name the logo of light pages in pages.logo");
    }
    Pages {
        product,
        provider: shown(table, "provider"),
        support: table.make("support", contact),
        privacy: table.make("privacy", parse::web_url),
        footer: one_line(
            table,
            "footer",
            200,
            ("is no line to show", "use at most 200 bytes on one line, without bidirectional controls"),
        ),
        logo,
        logo_dark,
        accent: accent(table),
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
        None => match parse::web_url(text).map_err(|(what, _)| (what, remedy))? {
            url if url.scheme() == "https" => Ok(url),
            _ => Err((format!("{text:?} is neither an https URL nor an e-mail address"), remedy)),
        },
    }
}

/// Reads a name short enough for a page; an empty one counts as absent.
fn shown(table: &mut Table<'_>, key: &'static str) -> Option<String> {
    one_line(table, key, 64, ("is no name to show", "use at most 64 bytes on one line, without bidirectional controls"))
}

/// Reads a text of one line and of at most `most` bytes, without controls that change the order in which it is shown; an
/// empty one counts as absent. What is wrong with any other text, and the remedy,
/// are `complaint`.
fn one_line(
    table: &mut Table<'_>,
    key: &'static str,
    most: usize,
    (what, remedy): (&str, &'static str),
) -> Option<String> {
    let line = table.make(key, |text| {
        let blank = !text.is_empty() && text.trim().is_empty();
        match blank || text.len() > most || text.chars().any(|c| c.is_control() || is_bidirectional(c)) {
            true => Err((format!("{text:?} {what}"), remedy)),
            false => Ok(text.to_owned()),
        }
    });
    line.filter(|line| !line.is_empty())
}

/// Whether a character changes the order in which the text around it is shown.
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Reads the file of a logo.
fn logo(path: &str) -> Result<Logo, Complaint> {
    let remedy = "name an SVG or PNG file of at most 8 KiB that the gateway's user may read";
    let bytes = bounded_file::bytes(Path::new(path));
    let bytes = bytes.map_err(|error| (format!("the file {path} cannot be read: {error}"), remedy))?;
    Logo::new(bytes).map_err(|error| (format!("the file {path} is no logo: {error}"), remedy))
}

/// Reads the accent colours. That of dark pages is made from the other one, if it is not given.
fn accent(table: &mut Table<'_>) -> Option<Accent> {
    let given = (table.given("accent"), table.given("accent_dark"));
    let (light, dark) = (table.make("accent", colour), table.make("accent_dark", colour));
    if let (false, true) = given {
        let remedy = "write the accent colour of light pages in pages.accent";
        table.report("accent_dark", "there is no pages.accent".to_owned(), remedy);
    }
    let light = readable(table, "accent", Scheme::Light, light?);
    let dark = match dark {
        None if given.1 => None,
        None => Some(Scheme::Dark.readable(light?)),
        Some(dark) => readable(table, "accent_dark", Scheme::Dark, dark),
    };
    Accent::new(light?, dark?)
}

fn colour(text: &str) -> Result<Colour, Complaint> {
    text.parse().map_err(|_| (format!("{text:?} is no colour"), "write it like \"#0b3d91\""))
}

/// Returns a colour in which text can be read; otherwise reports its contrast, and the nearest one that does.
fn readable(table: &Table<'_>, key: &str, scheme: Scheme, colour: Colour) -> Option<Colour> {
    let contrast = scheme.contrast(colour);
    if contrast >= CONTRAST {
        return Some(colour);
    }
    let (pages, wanted) = match scheme {
        Scheme::Light => ("light", "darker"),
        Scheme::Dark => ("dark", "lighter"),
    };
    // Rounded down, so that no ratio below the limit reads as the limit.
    let ratio = (contrast * 100.0).floor() / 100.0;
    let what = format!(
        "text in {colour} on {pages} pages has a contrast of {ratio:.2}:1, and {CONTRAST}:1 is needed (WCAG 2.2, 1.4.6)"
    );
    table.report(key, what, &format!("use a {wanted} one, such as \"{}\"", scheme.readable(colour)));
    None
}
