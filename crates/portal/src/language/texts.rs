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
        Markup::trusted(without_marks_in_tags(&self.format(text, &escaped)))
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

/// Takes the marks of direction (Unicode FSI and PDI) from arguments that fill an attribute or an element: in an address they
/// would name another one, in a code they would be copied along. The style sheet keeps these elements apart.
fn without_marks_in_tags(html: &str) -> String {
    let mut parts = html.split('\u{2068}');
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let opens = clean.ends_with(['"', '>']);
        match part.split_once('\u{2069}').filter(|(_, rest)| opens && rest.starts_with(['"', '<'])) {
            Some((argument, rest)) => clean.extend([argument, rest]),
            None => clean.extend(["\u{2068}", part]),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Texts {
        Texts { product: "<App>".to_owned(), provider: "Google".to_owned(), ..Texts::default() }
    }

    #[test]
    fn addresses_and_codes_carry_no_marks_of_direction() {
        let texts = Texts { language: Language::Hebrew, ..texts() };
        let link = texts.marked(&Text::new("passkeystep-elsewhere").with("link", "/postern/x?rd=%2F")).to_string();
        assert!(link.contains("href=\"/postern/x?rd=%2F\""), "{link}");
        for (marked, clean) in [
            ("\u{2068}a\u{2069} <code>\u{2068}b\u{2069}</code>", "\u{2068}a\u{2069} <code>b</code>"),
            ("<b>\u{2068}a\u{2069} b</b>", "<b>\u{2068}a\u{2069} b</b>"),
            ("no mark", "no mark"),
            ("<b>\u{2068}a</b>", "<b>\u{2068}a</b>"),
        ] {
            assert_eq!(without_marks_in_tags(marked), clean);
        }
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
