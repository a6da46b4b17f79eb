//! What every page shares: names, paths, assets, and who is signed in.

use crate::assets;

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The application behind the gate, as people know it ("NetPilot").
    pub product: String,
    /// The identity provider, as people know it ("Google").
    pub provider: String,
    /// Base path of our pages, without a trailing slash.
    pub base: String,
    /// Where the application is.
    pub home: String,
    /// E-mail address of who is signed in, at whatever level.
    pub person: Option<String>,
    /// The token that forms of this session carry; empty without a session.
    pub csrf: String,
    /// Drawn for each page. A form that comes twice with one nonce was submitted twice, not filled in twice.
    pub nonce: String,
}

impl Shell {
    /// Returns the path of a portal page.
    pub fn path(&self, page: &str) -> String {
        format!("{}/{page}", self.base)
    }

    /// Returns the path of a portal page that continues to `rd`.
    pub fn path_returning(&self, page: &str, rd: &str) -> String {
        let joint = if page.contains('?') { '&' } else { '?' };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("rd", rd);
        format!("{}/{page}{joint}{}", self.base, query.finish())
    }

    /// The path of the style sheet, named by its content.
    pub fn css(&self) -> String {
        format!("{}/assets/{}", self.base, assets::CSS.url_name())
    }

    /// The path of the script, named by its content.
    pub fn js(&self) -> String {
        format!("{}/assets/{}", self.base, assets::JS.url_name())
    }

    /// The path of the icon, named by its content.
    pub fn icon(&self) -> String {
        format!("{}/assets/{}", self.base, assets::ICON.url_name())
    }

    /// A signed-in frame for the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            product: "NetPilot".to_owned(),
            provider: "Google".to_owned(),
            base: "/postern".to_owned(),
            home: "/".to_owned(),
            person: Some("ada@example.com".to_owned()),
            csrf: "sample-form-token".to_owned(),
            nonce: "sample-nonce".to_owned(),
        }
    }

    /// A frame without anybody signed in.
    pub fn sample_stranger() -> Self {
        Self { person: None, csrf: String::new(), ..Self::sample() }
    }
}
