//! Names from outside in a mail.

/// Removes control characters and the marks that set the direction of text (UAX #9 §2): a name must neither begin a line of its
/// own nor turn what stands around it.
pub(super) fn shown(name: &str) -> String {
    let turns =
        |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    name.chars().filter(|c| !c.is_control() && !turns(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_neither_turns_its_line_nor_begins_another() {
        assert_eq!(shown("a\u{202e}b\u{2066}c\u{2069}\r\n\u{2028}Bcc: \u{0}\u{200f}d@x"), "abcBcc: d@x");
        assert_eq!(shown("Pöstern <&> חברה"), "Pöstern <&> חברה");
    }
}
