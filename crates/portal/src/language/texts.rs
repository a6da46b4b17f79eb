//! Puts texts into a language.

use fluent_bundle::{FluentArgs, FluentValue};
use postern_model::language::Language;

use super::catalogue::Catalogue;
use super::markup::{Markup, escaped};
use super::text::{Text, Value};

/// Texts of the pages in one language.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// The language.
    pub language: Language,
    /// The argument `$product` of every message: the name of the application.
    pub product: String,
    /// The argument `$provider` of every message: the name of the identity provider.
    pub provider: String,
}

impl Texts {
    /// Returns a text in English, for JSON. It names neither the application nor the provider.
    pub(crate) fn in_english(text: &Text) -> String {
        Self::default().plain(text)
    }

    /// Returns a text as plain text.
    pub fn plain(&self, text: &Text) -> String {
        self.format(text, &str::to_owned)
    }

    /// Returns a text with tags as HTML, its arguments escaped.
    pub fn marked(&self, text: &Text) -> Markup {
        Markup::trusted(self.format(text, &escaped))
    }

    fn format(&self, text: &Text, escape: &dyn Fn(&str) -> String) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("product", escape(&self.product));
        arguments.set("provider", escape(&self.provider));
        for (name, value) in text.arguments() {
            let value: FluentValue<'_> = match value {
                Value::Words(words) => escape(words).into(),
                Value::Number(number) => (*number).into(),
                Value::Text(inner) => self.format(inner, escape).into(),
                Value::Markup(markup) => markup.as_str().into(),
            };
            arguments.set(*name, value);
        }
        let id = text.id();
        let own = Catalogue::of(self.language).format(id, &arguments);
        own.or_else(|| {
            tracing::error!(id, language = self.language.tag(), "text missing from its catalogue");
            Catalogue::of(Language::English).format(id, &arguments)
        })
        .unwrap_or_else(|| id.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Texts {
        Texts { product: "<App>".to_owned(), provider: "Google".to_owned(), ..Texts::default() }
    }

    #[test]
    fn arguments_are_escaped_in_texts_with_tags_only() {
        let text = Text::new("verify-asks").with("asks", "/a?b=<i>&\"'");
        let marked = "<span class=\"who\">/a?b=&#60;i&#62;&#38;&#34;&#39;</span> asks for a fresh code, even though you are \
                      signed in.";
        assert_eq!(texts().marked(&text).to_string(), marked);
        assert_eq!(texts().plain(&Text::new("signin-heading")), "Sign in to <App>");
        assert_eq!(texts().marked(&Text::new("signin-heading")).to_string(), "Sign in to &#60;App&#62;");
    }

    #[test]
    fn numbers_choose_the_plural_and_texts_stand_in_texts() {
        let left = |count: u32| {
            let why = Text::new("factor-passkey-wrong");
            texts().plain(&Text::new("factor-attempts-left").with("why", why).with("count", count))
        };
        assert_eq!(left(1), "Your passkey wasn’t accepted. You have 1 attempt left.");
        assert_eq!(left(2), "Your passkey wasn’t accepted. You have 2 attempts left.");
    }

    #[test]
    fn a_text_that_is_missing_is_told_by_its_id() {
        assert_eq!(texts().plain(&Text::new("nothing")), "nothing");
        assert_eq!(texts().plain(&Text::new("time-minutes")), "time-minutes", "without its argument");
    }
}
