//! The languages that a deployment offers.

use std::sync::Arc;

use postern_model::language::Language;

use super::accept::preferred;
use super::catalogue::complete;

/// The languages that a deployment offers, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Languages(Arc<[Language]>);

impl Languages {
    /// Takes the languages in the order of the list that people choose from. The first is used where nothing else matches. Those
    /// without a complete catalogue are left out.
    pub fn new(wanted: &[Language]) -> Self {
        let mut offered: Vec<Language> = Vec::new();
        for language in wanted {
            if complete().any(|complete| complete == *language) && !offered.contains(language) {
                offered.push(*language);
            }
        }
        if offered.is_empty() {
            offered.push(Language::default());
        }
        Self(offered.into())
    }

    /// Returns them.
    pub fn offered(&self) -> &[Language] {
        &self.0
    }

    /// Returns the language for readers of whom nothing else is known.
    pub fn first(&self) -> Language {
        self.0.first().copied().unwrap_or_default()
    }

    /// Whether there is a choice.
    pub fn is_choice(&self) -> bool {
        self.0.len() > 1
    }

    /// Returns the language for a reader: the one that they chose, else the best that their browser asks for, else the first.
    /// `accepted` are the lines of `Accept-Language`.
    pub fn best<'h>(&self, chosen: Option<Language>, accepted: impl Iterator<Item = &'h [u8]>) -> Language {
        let chosen = chosen.filter(|language| self.0.contains(language));
        chosen.or_else(|| preferred(accepted, &self.0)).unwrap_or_else(|| self.first())
    }
}

impl Default for Languages {
    fn default() -> Self {
        Self::new(&Language::ALL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_offered_where_nothing_else_is() {
        assert_eq!(Languages::new(&[]).offered(), [Language::English]);
        let twice = Languages::new(&[Language::English, Language::English]);
        assert_eq!((twice.offered(), twice.is_choice()), (&[Language::English][..], false));
        assert_eq!(Languages::default().offered().first(), Some(&Language::English));
    }

    #[test]
    fn a_choice_counts_more_than_the_browser_s_wish_if_it_is_offered() {
        let languages = Languages(Arc::new([Language::German, Language::French]));
        assert_eq!(languages.best(None, std::iter::empty()), Language::German);
        let best = |chosen| languages.best(chosen, [&b"fr-CA, en;q=0.5"[..]].into_iter());
        assert_eq!(best(None), Language::French);
        assert_eq!(best(Some(Language::German)), Language::German);
        assert_eq!(best(Some(Language::Japanese)), Language::French);
    }
}
