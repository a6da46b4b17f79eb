//! The format of backup codes, and the canonical form of typed ones.

use postern_model::entropy::Entropy;

use crate::typed::plain;

/// Crockford's base32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Number of characters between dashes.
const GROUP: usize = 4;
/// Number of characters of a code in each format.
const LENGTHS: [usize; 2] = [8, 16];
/// Longest text that is parsed, in bytes; a code with a dash or space after every character is shorter.
const TYPED_MAX: usize = 128;

/// Format of a set: number of codes and their length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BackupFormat {
    /// 10 codes of 80 bits, `XXXX-XXXX-XXXX-XXXX`.
    #[default]
    Standard,
    /// 8 codes of 40 bits, `XXXX-XXXX`: the only format that the dialog of the NetPilot dashboard accepts.
    NetPilot,
}

impl BackupFormat {
    /// Returns the number of codes in a set.
    pub fn count(self) -> usize {
        match self {
            Self::Standard => 10,
            Self::NetPilot => 8,
        }
    }

    fn length(self) -> usize {
        match self {
            Self::Standard => 16,
            Self::NetPilot => 8,
        }
    }
}

/// Draws a set of distinct codes in the form that people see: upper case, a dash after every fourth character.
pub fn generate(entropy: &dyn Entropy, format: BackupFormat) -> Vec<String> {
    let mut codes: Vec<String> = Vec::with_capacity(format.count());
    while codes.len() < format.count() {
        let code = draw_text(entropy, format.length());
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// Draws `length` characters, in upper case with a dash after every fourth.
pub(crate) fn draw_text(entropy: &dyn Entropy, length: usize) -> String {
    let mut random = vec![0; length];
    entropy.fill(&mut random);
    // 256 is a multiple of 32, so every character is equally likely.
    let text: String =
        random.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).map(|c| *c as char).collect();
    dashed(&text)
}

/// Returns the canonical form of a typed code: upper case, without separators and invisible marks, other digit and
/// letter forms as ASCII ([`plain`]), `I` and `L` read as `1`, `O` as `0`. `None` for text that is a code of neither
/// format.
pub fn canonical(typed: &str) -> Option<String> {
    characters(typed).filter(|code| LENGTHS.contains(&code.len()))
}

/// Returns the characters of a typed text, in the form that [`canonical`] describes; `None` for text with others.
pub(crate) fn characters(typed: &str) -> Option<String> {
    if typed.len() > TYPED_MAX {
        return None;
    }
    plain(typed)
        .bytes()
        .map(|byte| match byte.to_ascii_uppercase() {
            b'I' | b'L' => Some('1'),
            b'O' => Some('0'),
            other => ALPHABET.contains(&other).then_some(other as char),
        })
        .collect()
}

/// Inserts the dashes into a canonical code.
pub(super) fn dashed(code: &str) -> String {
    let mut text = String::new();
    for (index, character) in code.chars().enumerate() {
        if index > 0 && index % GROUP == 0 {
            text.push('-');
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counter;
    use proptest::prelude::*;

    #[test]
    fn a_set_has_the_size_and_shape_of_its_format() {
        for (format, count, shape) in
            [(BackupFormat::Standard, 10, "XXXX-XXXX-XXXX-XXXX"), (BackupFormat::NetPilot, 8, "XXXX-XXXX")]
        {
            let codes = generate(&Counter::new(1), format);
            assert_eq!(codes.len(), count);
            for code in codes {
                let seen: String = code.chars().map(|c| if c == '-' { '-' } else { 'X' }).collect();
                assert_eq!(seen, shape);
                assert_eq!(canonical(&code), Some(code.replace('-', "")));
            }
        }
    }

    #[test]
    fn a_source_that_repeats_itself_once_still_gives_different_codes() {
        struct Stutter(std::sync::atomic::AtomicU8);
        impl Entropy for Stutter {
            fn fill(&self, buffer: &mut [u8]) {
                let draw = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                buffer.fill(draw / 2);
            }
        }
        let codes = generate(&Stutter(0.into()), BackupFormat::NetPilot);
        assert!((1..codes.len()).all(|i| !codes[i..].contains(&codes[i - 1])));
    }

    #[test]
    fn what_no_code_could_be_has_no_canonical_form() {
        let long = "A".repeat(129);
        for typed in ["", "-", "ABCD-EFG", "ABCD-EFGHJ", "ABCD-EFGU", "ABCD_EFGH", &long] {
            assert_eq!(canonical(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_code_is_found_in_128_bytes_of_text_and_in_no_more() {
        assert_eq!(canonical(&format!("ABCD2345{}", " ".repeat(120))).as_deref(), Some("ABCD2345"));
        assert_eq!(canonical(&format!("ABCD2345{}", " ".repeat(121))), None);
        assert_eq!(canonical(&format!("ABCD2345{}", " ".repeat(500))), None);
    }

    #[test]
    fn what_a_paste_brings_along_does_not_matter() {
        for typed in
            ["ABCD\u{2010}2345", "\u{feff}ABCD\u{a0}2345\u{200b}", "ＡBCD２３４５", "abcd–٢٣٤٥", "ABCD\u{2011}2345\n"]
        {
            assert_eq!(canonical(typed).as_deref(), Some("ABCD2345"), "{typed:?}");
        }
    }

    #[test]
    fn confusable_characters_are_read_as_meant() {
        assert_eq!(canonical("oOiI-lL10").as_deref(), Some("00111110"));
    }

    proptest! {
        #[test]
        fn case_dashes_and_spaces_never_matter(seed in 0u64..1 << 20, marks in prop::collection::vec(0u8..4, 16), upper in any::<[bool; 16]>()) {
            for format in [BackupFormat::Standard, BackupFormat::NetPilot] {
                let code = generate(&Counter::new(seed), format).remove(0).replace('-', "");
                let mut typed = String::new();
                for ((c, mark), upper) in code.chars().zip(&marks).zip(upper) {
                    typed.push(if upper { c } else { c.to_ascii_lowercase() });
                    typed.push_str(["", "-", " ", " - "][usize::from(*mark)]);
                }
                if typed.len() <= TYPED_MAX {
                    prop_assert_eq!(canonical(&typed), Some(code));
                }
            }
        }

        #[test]
        fn canonical_text_is_stable_and_of_a_known_length(typed in "\\PC{0,70}") {
            if let Some(code) = canonical(&typed) {
                prop_assert!(LENGTHS.contains(&code.len()));
                prop_assert_eq!(canonical(&code), Some(code));
            }
        }
    }
}
