//! The common data of all pages: names, paths, assets, and the signed-in user.

use crate::assets;
use crate::language::{Languages, Markup, Saying, Text, Texts, Visit, escaped};
use crate::pages::ExactTime;

/// Links at the foot of every page.
#[derive(Clone, Debug, Default)]
pub struct FootLinks {
    /// Where people get help: `https:` or `mailto:`.
    pub support: Option<String>,
    /// The privacy notice.
    pub privacy: Option<String>,
}

/// Frame of a page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The language, with the names of the application and of the identity provider, as people know them ("NetPilot", "Google").
    pub texts: Texts,
    /// The languages to choose from.
    pub languages: Languages,
    /// Path and query of this page, to return to with another language; empty for the account page.
    pub here: String,
    /// Links at its foot.
    pub links: FootLinks,
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
        format!("{}/assets/{}", self.base, assets::CSS.url_name())
    }

    /// Returns the path of the script, which contains its content hash.
    pub fn js(&self) -> String {
        format!("{}/assets/{}", self.base, assets::JS.url_name())
    }

    /// Returns the path of the script of pages with passkeys.
    pub fn passkeys_js(&self) -> String {
        format!("{}/assets/{}", self.base, assets::PASSKEYS_JS.url_name())
    }

    /// Returns the path of the icon, which contains its content hash.
    pub fn icon(&self) -> String {
        format!("{}/assets/{}", self.base, assets::ICON.url_name())
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
            links: FootLinks::default(),
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

    use super::*;
    use crate::pages::SignInPage;

    #[test]
    fn links_are_at_the_foot_where_they_are_configured() {
        let page = |links| {
            let shell = Shell { links, ..Shell::sample_stranger() };
            SignInPage { shell, ..SignInPage::sample() }.render().unwrap()
        };
        let plain = page(FootLinks::default());
        assert!(!plain.contains("Get help") && !plain.contains("Privacy"), "{plain}");
        let support = Some("https://help.example.com/?a=1&b=\"2\"".to_owned());
        let helped = page(FootLinks { support, privacy: None });
        assert!(
            helped.contains("<a href=\"https://help.example.com/?a=1&#38;b=&#34;2&#34;\">Get help</a>"),
            "{helped}"
        );
        assert!(!helped.contains("Privacy"));
        let private = page(FootLinks { support: None, privacy: Some("https://example.com/privacy".to_owned()) });
        assert!(private.contains("<a href=\"https://example.com/privacy\">Privacy</a>"), "{private}");
    }
}
