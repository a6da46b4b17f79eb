//! Normalisation of codes that people type or paste, before they are matched against a format: other digit forms become
//! ASCII digits, full-width letters become ASCII letters, and separators and invisible characters are dropped.

/// Zeros of the runs of ten decimal digits (Unicode general category Nd) of the scripts in use, besides ASCII.
const ZEROS: [u32; 40] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
    0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x11066, 0x1e950, 0x1fbf0,
];
/// Range of the five adjacent runs of mathematical digits.
const MATHEMATICAL: std::ops::RangeInclusive<u32> = 0x1d7ce..=0x1d7ff;
/// Distance of the full-width forms from ASCII.
const FULL_WIDTH: u32 = 0xfee0;

/// Normalises typed text. Characters that are neither separators nor known forms of an ASCII letter or digit are kept,
/// so that every format rejects them.
///
/// ```
/// assert_eq!(postern_keystore::plain("\u{feff}１２３\u{a0}4–56"), "123456");
/// assert_eq!(postern_keystore::plain("٤٥٦ 789"), "456789");
/// assert_eq!(postern_keystore::plain("12345x"), "12345x");
/// ```
pub fn plain(typed: &str) -> String {
    typed.chars().filter(|c| !is_separator(*c)).map(to_ascii).collect()
}

/// Whether a character is white space, a dash or an invisible mark.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            // Dashes (general category Pd), the minus sign and its look-alikes.
            '-' | '\u{58a}' | '\u{5be}' | '\u{1806}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{207b}' | '\u{208b}'
            | '\u{2212}' | '\u{2e3a}' | '\u{2e3b}' | '\u{2e40}' | '\u{301c}' | '\u{3030}' | '\u{30a0}' | '\u{30fc}'
            | '\u{fe31}' | '\u{fe32}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{ff70}'
            // Format characters: soft hyphen, joiners, directions, byte order mark, variation selectors, fillers.
            | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0001}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

fn to_ascii(c: char) -> char {
    let code = u32::from(c);
    let digit = if MATHEMATICAL.contains(&code) {
        Some((code - MATHEMATICAL.start()) % 10)
    } else {
        ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)).map(|zero| code - zero)
    };
    let letter = || {
        let ascii = char::from_u32(code.checked_sub(FULL_WIDTH)?)?;
        ascii.is_ascii_alphabetic().then_some(ascii)
    };
    digit.and_then(|digit| char::from_digit(digit, 10)).or_else(letter).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn every_digit_form_reads_as_its_value() {
        for zero in super::ZEROS.into_iter().chain((0..5).map(|run| 0x1d7ce + 10 * run)) {
            let digits: String = (zero..zero + 10).map(|code| char::from_u32(code).unwrap()).collect();
            assert!(digits.chars().all(char::is_numeric), "{zero:x}");
            assert_eq!(plain(&digits), "0123456789", "{zero:x}");
        }
    }

    #[test]
    fn white_space_dashes_and_invisible_marks_are_dropped() {
        for mark in [
            " ", "\t", "\r\n", "\u{a0}", "\u{202f}", "\u{2007}", "\u{3000}", "\u{2028}", "-", "\u{2010}", "\u{2011}",
            "\u{2012}", "\u{2013}", "\u{2014}", "\u{2212}", "\u{ad}", "\u{200b}", "\u{200d}", "\u{200e}", "\u{202c}",
            "\u{2066}", "\u{2069}", "\u{feff}", "\u{2060}", "\u{fe0f}",
        ] {
            assert_eq!(plain(&format!("{mark}12{mark}34{mark}")), "1234", "{:x?}", mark.chars().next());
        }
    }

    #[test]
    fn what_is_no_form_of_a_digit_or_letter_stays() {
        for text in ["1.2", "½", "²", "①", "一二", "é", "12:34", "１２＋"] {
            assert!(!plain(text).bytes().all(|byte| byte.is_ascii_alphanumeric()), "{text}");
        }
    }
}
