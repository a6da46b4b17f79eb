//! The common data of all pages: names, paths, assets, and the signed-in user.

use std::sync::Arc;

use crate::assets;
use crate::brand::Brand;
use crate::language::{Languages, Markup, Saying, Text, Texts, Visit, escaped};
use crate::pages::ExactTime;

/// Frame of a page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The language, with the names of the application and of the identity provider, as people know them ("NetPilot", "Google").
    pub texts: Texts,
    /// The languages to choose from.
    pub languages: Languages,
    /// Path and query of this page, to return to with another language; empty for the account page.
    pub here: String,
    /// Logo, colours, and what stands at its foot.
    pub brand: Arc<Brand>,
    /// Base path of our pages, without a trailing slash.
    pub base: String,
    /// URL of the application.
    pub home: String,
    /// E-mail address of the signed-in user, at any level.
    pub person: Option<String>,
    /// CSRF token of the session's forms; empty without a session.
    pub csrf: String,
    /// Nonce drawn for each page. A form that arrives twice with one nonce was submitted twice, not filled in twice.
    pub nonce: String,
    /// Whether passkeys are switched on.
    pub passkeys: bool,
}

impl Shell {
    /// Says a message.
    pub fn say(&self, id: &'static str) -> Saying<'_> {
        self.texts.say(id)
    }

    /// Returns a text.
    pub fn tell(&self, text: &Text) -> String {
        self.texts.plain(text)
    }

    /// Returns the title of a page with a form, which tells of an error first (WCAG technique G83 asks for a text; this is what
    /// a screen reader reads before anything else).
    pub fn title(&self, id: &'static str, error: bool) -> String {
        match error {
            true => self.say("frame-error-title").with("title", Text::new(id)).to_string(),
            false => self.say(id).to_string(),
        }
    }

    /// Returns an exact time, which the script shows in the reader's zone.
    pub fn time(&self, at: &ExactTime) -> Markup {
        let told = escaped(&self.tell(&at.utc));
        Markup::trusted(format!("<time datetime=\"{}\" data-local>{told}</time>", escaped(&at.iso)))
    }

    /// Returns a time in words, with the exact one as its title.
    pub fn time_in_words(&self, words: &Text, at: &ExactTime) -> Markup {
        let (iso, title, told) = (escaped(&at.iso), escaped(&self.tell(&at.utc)), escaped(&self.tell(words)));
        Markup::trusted(format!("<time datetime=\"{iso}\" title=\"{title}\" data-local-title>{told}</time>"))
    }

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

    /// Returns the path of the style sheet, which contains its content hash.
    pub fn css(&self) -> String {
        self.asset(&self.brand.style())
    }

    /// Returns the path of a file that pages load.
    pub fn asset(&self, name: &str) -> String {
        format!("{}/assets/{name}", self.base)
    }

    /// Whether people sign in with Google, whose guidelines say what its button looks like.
    pub fn is_google(&self) -> bool {
        self.texts.provider == "Google"
    }

    /// Returns the path of the script, which contains its content hash.
    pub fn js(&self) -> String {
        self.asset(&assets::JS.url_name())
    }

    /// Returns the path of the script of pages with passkeys.
    pub fn passkeys_js(&self) -> String {
        self.asset(&assets::PASSKEYS_JS.url_name())
    }

    /// Returns the path of the icon, which contains its content hash.
    pub fn icon(&self) -> String {
        self.asset(&assets::ICON.url_name())
    }

    /// Returns a signed-in frame in the language of the [samples](super::samples_in).
    pub fn sample() -> Self {
        Self {
            texts: Texts {
                product: "NetPilot".to_owned(),
                provider: "Google".to_owned(),
                language: Visit::current().language,
            },
            languages: Languages::default(),
            here: "/postern/account".to_owned(),
            brand: Arc::default(),
            base: "/postern".to_owned(),
            home: "/".to_owned(),
            person: Some("ada@example.com".to_owned()),
            csrf: "sample-form-token".to_owned(),
            nonce: "sample-nonce".to_owned(),
            passkeys: true,
        }
    }

    /// Returns a frame without a signed-in user.
    pub fn sample_stranger() -> Self {
        Self { person: None, csrf: String::new(), ..Self::sample() }
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use postern_model::brand::Logo;

    use super::*;
    use crate::brand::FootLinks;
    use crate::pages::{AccountPage, SignInPage};

    fn page(brand: Brand) -> String {
        let shell = Shell { brand: Arc::new(brand), ..Shell::sample_stranger() };
        SignInPage { shell, ..SignInPage::sample() }.render().unwrap()
    }

    #[test]
    fn links_are_at_the_foot_where_they_are_configured() {
        let linked = |support: Option<&str>, privacy: Option<&str>| {
            let links = FootLinks { support: support.map(str::to_owned), privacy: privacy.map(str::to_owned) };
            page(Brand::new(links, None))
        };
        let plain = linked(None, None);
        assert!(!plain.contains("Get help") && !plain.contains("Privacy"), "{plain}");
        let helped = linked(Some("https://help.example.com/?a=1&b=\"2\""), None);
        assert!(
            helped.contains("<a href=\"https://help.example.com/?a=1&#38;b=&#34;2&#34;\">Get help</a>"),
            "{helped}"
        );
        assert!(!helped.contains("Privacy"));
        let private = linked(None, Some("https://example.com/privacy"));
        assert!(private.contains("<a href=\"https://example.com/privacy\">Privacy</a>"), "{private}");
    }

    #[test]
    fn a_line_at_the_foot_stands_in_place_of_the_gateway_s_own() {
        let plain = page(Brand::default());
        assert!(plain.contains("Protected by Postern"), "{plain}");
        let own = page(Brand::new(FootLinks::default(), Some("© <Acme> & Co".to_owned())));
        assert!(own.contains("<p dir=\"auto\">© &#60;Acme&#62; &#38; Co</p>"), "{own}");
        assert!(!own.contains("Protected by Postern"), "{own}");
    }

    #[test]
    fn a_logo_has_the_application_s_name_as_its_text() {
        let svg = |mark: &str| {
            let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><!--{mark}--></svg>");
            Logo::new(text.into_bytes()).unwrap()
        };
        let brand = Brand::default().with_logo(svg("light"), Some(svg("dark")));
        let (light, dark) = (brand.logo().unwrap().to_owned(), brand.dark_logo().unwrap().to_owned());
        let shell = Shell { brand: Arc::new(brand), ..Shell::sample() };
        let account = AccountPage { shell: shell.clone(), ..AccountPage::sample() }.render().unwrap();
        let sign_in = SignInPage { shell, ..SignInPage::sample() }.render().unwrap();
        for page in [sign_in, account] {
            assert!(page.contains(&format!("<img src=\"/postern/assets/{light}\" alt=\"NetPilot\">")), "{page}");
            assert!(page.contains(&format!("srcset=\"/postern/assets/{dark}\"")), "{page}");
            assert!(!page.contains("class=\"mark\""), "{page}");
        }
        let one = page(Brand::default().with_logo(svg("light"), None));
        assert!(one.contains("alt=\"NetPilot\"") && !one.contains("srcset"), "{one}");
    }

    #[test]
    fn the_button_of_google_is_google_s_and_others_have_the_accent() {
        let google = page(Brand::default());
        assert!(google.contains("class=\"button google wide\"") && google.contains("#4285f4"), "{google}");
        let mut shell = Shell::sample_stranger();
        shell.texts.provider = "Acme".to_owned();
        let other = SignInPage { shell, ..SignInPage::sample() }.render().unwrap();
        assert!(other.contains("class=\"button primary wide\"") && !other.contains("#4285f4"), "{other}");
    }
}
