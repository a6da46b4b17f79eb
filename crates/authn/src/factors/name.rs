//! Names that people give to their factors.

use postern_model::passkey::NAME_MAX;

/// Makes a typed name presentable; `unnamed` is the name of a factor that got none. Bidirectional controls are removed like
/// other invisible ones: they reorder the text around the name.
pub(super) fn readable(name: &str, unnamed: &str) -> String {
    let visible: String = name.chars().filter(|c| !c.is_control() && !is_bidirectional(*c)).collect();
    let name: String = visible.trim().chars().take(NAME_MAX).collect();
    if name.is_empty() { unnamed.to_owned() } else { name }
}

/// Whether a character has the property `Bidi_Control` (UAX #9).
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_letters_and_lose_what_reorders_the_page() {
        let name = |typed| readable(typed, "App");
        assert_eq!(name(" \u{2066} My\u{202e} phone\u{2069}\n"), "My phone");
        assert_eq!(name("\u{202e}\u{200f}"), "App");
        assert_eq!(name("\u{5d0}\u{5d1} 2"), "\u{5d0}\u{5d1} 2");
    }
}
