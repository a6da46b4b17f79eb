//! Languages of texts for people.

use http::HeaderValue;
use http::header::ACCEPT_LANGUAGE;

use crate::web::Fields;

/// Language in which pages can be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Hebrew.
    Hebrew,
    /// Arabic.
    Arabic,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Japanese.
    Japanese,
    /// Chinese in simplified characters.
    SimplifiedChinese,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 8] = [
        Self::English,
        Self::Hebrew,
        Self::Arabic,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Japanese,
        Self::SimplifiedChinese,
    ];

    /// Returns the language tag (RFC 5646), in its usual case: "de", "zh-Hans".
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Hebrew => "he",
            Self::Arabic => "ar",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Japanese => "ja",
            Self::SimplifiedChinese => "zh-Hans",
        }
    }

    /// Returns the language of exactly this tag, in any case (RFC 5646 §2.1.1).
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(tag))
    }

    /// Returns the name that its speakers give it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Hebrew => "עברית",
            Self::Arabic => "العربية",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Japanese => "日本語",
            Self::SimplifiedChinese => "简体中文",
        }
    }

    /// Whether it is written from right to left.
    pub fn is_right_to_left(self) -> bool {
        matches!(self, Self::Hebrew | Self::Arabic)
    }

    /// Returns the value of the HTML attribute `dir`.
    pub fn direction(self) -> &'static str {
        if self.is_right_to_left() { "rtl" } else { "ltr" }
    }
}

/// What a reader wants a page to be in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The language that they chose.
    pub chosen: Option<Language>,
    /// The first line of `Accept-Language`. Browsers send one.
    pub accepted: Option<HeaderValue>,
}

impl Wishes {
    /// Reads `Accept-Language` of a request whose reader chose this language.
    pub fn of(fields: &impl Fields, chosen: Option<Language>) -> Self {
        let accepted = fields.all(ACCEPT_LANGUAGE).next().and_then(|line| HeaderValue::from_bytes(line).ok());
        Self { chosen, accepted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_is_found_by_its_tag_in_any_case() {
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(language));
            assert_eq!(Language::from_tag(&language.tag().to_uppercase()), Some(language));
        }
        for tag in ["", "d", "de-DE", "zh", "zh-hant", "xx"] {
            assert_eq!(Language::from_tag(tag), None, "{tag}");
        }
    }
}
