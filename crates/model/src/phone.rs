//! Telephone numbers.

use std::fmt;

/// Least and most digits of a number: of the country code and what follows it (ITU-T E.164 §6.2.1; shorter ones are no mobile
/// numbers anywhere).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Telephone number in international form (ITU-T E.164): a plus sign, the country code and the rest, digits only. Its debug form
/// has the last two digits, so that no log has the number.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Parses a number as people write it: with spaces, hyphens, dots, slashes or parentheses between its digits. A national
    /// prefix in parentheses, "+44 (0) 20", is none of its digits. `None` for anything else, and for a number without a country
    /// code, which would be guesswork.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim().replace("(0)", "");
        let rest = typed.strip_prefix('+')?;
        let digits: String =
            rest.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '-' | '.' | '/' | '(' | ')')).collect();
        let valid = DIGITS.contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        valid.then(|| Self(format!("+{digits}")))
    }

    /// Parses what [`PhoneNumber::as_str`] returned.
    pub fn from_canonical(text: &str) -> Option<Self> {
        Self::parse(text).filter(|number| number.0 == text)
    }

    /// Returns the number: a plus sign and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the last two digits, which tell its owner which number it is, and nobody else a number.
    pub fn ending(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(2)..).unwrap_or_default()
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber(…{})", self.ending())
    }
}

/// The number in a user's row (`sms_phone`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StoredNumber {
    /// There is none, or no second factor beside which it would count.
    #[default]
    Absent,
    /// Their owner has not confirmed it: it counts for nothing.
    Unconfirmed,
    /// Their owner has confirmed it.
    Confirmed(PhoneNumber),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them_and_only_with_a_country_code() {
        for (typed, number) in [
            ("+491512345612", Some("+491512345612")),
            (" +49 151 2345-612 ", Some("+491512345612")),
            ("+1 (555) 123.4567", Some("+15551234567")),
            ("+44 (0) 20 7946 0018", Some("+442079460018")),
            ("+49/151\u{a0}2345612", Some("+491512345612")),
            ("+123456789012345", Some("+123456789012345")),
            ("+1234567890123456", None),
            ("+123456", None),
            ("0151 2345612", None),
            ("0049 151 2345612", None),
            ("+0151 2345612", None),
            ("++491512345612", None),
            ("+49 151 234561x", None),
            ("+49 151 2345612;ext=1", None),
            ("+٤٩١٥١٢٣٤٥٦١٢", None),
            ("+", None),
            ("", None),
        ] {
            assert_eq!(PhoneNumber::parse(typed).as_ref().map(PhoneNumber::as_str), number, "{typed}");
        }
        assert_eq!(PhoneNumber::from_canonical("+49 1512345612"), None);
        assert!(PhoneNumber::from_canonical("+491512345612").is_some());
    }

    #[test]
    fn the_debug_form_has_two_digits() {
        let number = PhoneNumber::parse("+491512345612").unwrap();
        assert_eq!(number.ending(), "12");
        assert_eq!(format!("{number:?}"), "PhoneNumber(…12)");
    }
}
