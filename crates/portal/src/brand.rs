//! What a deployment makes its pages look like: logo, colours, links and a line at the foot.
//!
//! Colours reach the pages as custom properties in the served style sheet, and logos as files of our own, so that the content
//! security policy of the pages allows neither inline styles nor other hosts.

use std::fmt::Write as _;

use bytes::Bytes;
use flate2::Compression;
use postern_model::brand::{Accent, Logo, LogoFormat, Scheme};

use crate::assets::{self, CSS};
use crate::compression;

/// Rules for logos: on a plate of their own, since nothing is known of their colours.
const LOGO: &str = "
.logo { position: relative; z-index: 1; display: flex; padding: 0.45rem 0.7rem; border-radius: var(--radius); background: #fff;
  forced-color-adjust: none; }
.logo img { display: block; width: auto; max-width: min(12rem, 60vw); height: 2rem; object-fit: contain; }
@media (prefers-color-scheme: dark) { .logo.of-both { background: var(--surface); } }
";

/// Links at the foot of every page.
#[derive(Clone, Debug, Default)]
pub struct FootLinks {
    /// Where people get help: `https:` or `mailto:`.
    pub support: Option<String>,
    /// The privacy notice.
    pub privacy: Option<String>,
}

/// A file of this deployment that pages load. Its URL contains a content hash.
#[derive(Clone, Debug)]
pub(crate) struct BrandFile {
    stem: &'static str,
    extension: &'static str,
    name: String,
    pub(crate) media_type: &'static str,
    pub(crate) body: Bytes,
    /// The body compressed with gzip, if that is shorter.
    pub(crate) compressed: Option<Bytes>,
}

/// Look of the pages of one deployment.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    pub(crate) links: FootLinks,
    pub(crate) footer: Option<String>,
    style: Option<BrandFile>,
    logo: Option<BrandFile>,
    dark_logo: Option<BrandFile>,
}

impl Brand {
    /// Takes the links at the foot, and a line there in place of the one that names the gateway.
    pub fn new(links: FootLinks, footer: Option<String>) -> Self {
        Self { links, footer, ..Self::default() }
    }

    /// Colours the pages.
    #[must_use]
    pub fn with_accent(self, accent: &Accent) -> Self {
        self.styled(&properties(accent))
    }

    /// Shows a logo in place of the gateway's mark and the application's name; on dark pages another one, if there is one.
    #[must_use]
    pub fn with_logo(self, logo: Logo, dark: Option<Logo>) -> Self {
        let file = |stem, logo: Logo| {
            let (extension, media_type) = match logo.format() {
                LogoFormat::Svg => (".svg", "image/svg+xml"),
                LogoFormat::Png => (".png", "image/png"),
            };
            BrandFile::new(stem, extension, media_type, logo.into_bytes().into())
        };
        Self {
            logo: Some(file("logo", logo)),
            dark_logo: dark.map(|dark| file("logo-dark", dark)),
            ..self.styled(LOGO)
        }
    }

    /// Adds rules to the style sheet.
    fn styled(self, rules: &str) -> Self {
        let before = self.style.as_ref().map_or(CSS.body.as_bytes(), |style| style.body.as_ref());
        let whole = [before, rules.as_bytes()].concat();
        Self { style: Some(BrandFile::new("portal", ".css", CSS.media_type, whole.into())), ..self }
    }

    /// Returns the name of the style sheet in URLs.
    pub fn style(&self) -> String {
        self.style.as_ref().map_or_else(|| CSS.url_name(), |style| style.name.clone())
    }

    /// Returns the name of the logo in URLs.
    pub fn logo(&self) -> Option<&str> {
        self.logo.as_ref().map(|logo| logo.name.as_str())
    }

    /// Returns the name of the logo for dark pages in URLs.
    pub fn dark_logo(&self) -> Option<&str> {
        self.dark_logo.as_ref().map(|logo| logo.name.as_str())
    }

    /// Finds the file of a URL, and whether the content hash is the current one, as [`assets::find`] does.
    pub(crate) fn find(&self, name: &str) -> Option<(&BrandFile, bool)> {
        let files = [&self.style, &self.logo, &self.dark_logo].into_iter().flatten();
        let file = files.into_iter().find(|file| assets::is_version(name, file.stem, file.extension))?;
        Some((file, file.name == name))
    }
}

impl BrandFile {
    fn new(stem: &'static str, extension: &'static str, media_type: &'static str, body: Bytes) -> Self {
        let name = assets::url_name(stem, extension, assets::mark(&body));
        let compressed = compression::gzip(&body, Compression::best());
        Self { stem, extension, name, media_type, body, compressed }
    }

    /// Whether this is a picture, which a browser may also be asked to open by itself.
    pub(crate) fn is_picture(&self) -> bool {
        self.media_type.starts_with("image/")
    }
}

/// Writes the colours as custom properties, which replace those of the style sheet.
fn properties(accent: &Accent) -> String {
    let mut text = String::new();
    for (scheme, before, after) in
        [(Scheme::Light, "\n:root {", "}\n"), (Scheme::Dark, "@media (prefers-color-scheme: dark) { :root {", "} }\n")]
    {
        let colours = accent.palette(scheme);
        text.push_str(before);
        for (name, colour) in [
            ("accent", colours.accent),
            ("accent-deep", colours.deep),
            ("on-accent", colours.on_accent),
            ("tint", colours.tint),
            ("wall", colours.wall),
            ("wall-deep", colours.wall_deep),
            ("wall-muted", colours.wall_muted),
        ] {
            // Writing to a text does not fail.
            let _ = write!(text, " --{name}: {colour};");
        }
        text.push_str(" --wall-ink: #ffffff; ");
        text.push_str(after);
    }
    text
}

#[cfg(test)]
mod tests {
    use postern_model::brand::Colour;

    use super::*;

    fn accent() -> Accent {
        Accent::new("#0b3d91".parse().unwrap(), "#a9c7ff".parse().unwrap()).unwrap()
    }

    fn svg(title: &str) -> Logo {
        let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><title>{title}</title></svg>");
        Logo::new(text.into_bytes()).unwrap()
    }

    #[test]
    fn colours_follow_the_style_sheet_and_change_its_name() {
        let brand = Brand::default().with_accent(&accent());
        let (style, current) = brand.find(&brand.style()).unwrap();
        assert!(current && brand.style() != CSS.url_name());
        let text = std::str::from_utf8(&style.body).unwrap();
        let own = text.strip_prefix(CSS.body).unwrap();
        assert!(
            own.contains(":root { --accent: #0b3d91;") && own.contains("dark) { :root { --accent: #a9c7ff;"),
            "{own}"
        );
        // Every property that is replaced is one of the style sheet.
        for name in own.split("--").skip(1).filter_map(|rest| rest.split(':').next()) {
            assert!(CSS.body.contains(&format!("--{name}:")), "{name}");
        }
        assert_eq!(Brand::default().style(), CSS.url_name());
        assert!(Brand::default().find(&CSS.url_name()).is_none());
    }

    #[test]
    fn the_grounds_that_accents_are_held_against_are_those_of_the_style_sheet() {
        let (light, dark) = CSS.body.split_once("prefers-color-scheme: dark").unwrap();
        for (part, scheme) in [(light, Scheme::Light), (dark, Scheme::Dark)] {
            let value = |name: &str| -> Colour {
                let (_, rest) = part.split_once(&format!("--{name}: ")).unwrap();
                rest.split(';').next().unwrap().parse().unwrap()
            };
            assert_eq!(scheme.grounds(), [value("ground"), value("surface")]);
            // The colours that stand there without a brand are readable too.
            assert!(scheme.contrast(value("accent")) >= postern_model::brand::CONTRAST, "{scheme:?}");
        }
        assert!(light.contains("--brass: #f0c878;"), "the walls of accents are dark enough for this one");
    }

    #[test]
    fn a_logo_has_a_name_of_its_contents() {
        let brand = Brand::default().with_logo(svg("one"), Some(svg("two")));
        let (logo, dark) = (brand.logo().unwrap().to_owned(), brand.dark_logo().unwrap().to_owned());
        assert!(logo.starts_with("logo.") && dark.starts_with("logo-dark.") && dark.ends_with(".svg"));
        assert!(brand.find(&logo).unwrap().1 && brand.find(&dark).unwrap().1);
        let other = Brand::default().with_logo(svg("three"), None);
        assert!(other.logo().unwrap() != logo);
        // Another replica's version gets the current one.
        assert!(!other.find(&logo).unwrap().1);
        assert!(other.find(&dark).is_none() && other.find("logo.svg").is_none());
    }
}
