//! Colours, and how well one is read on another.

use std::fmt;
use std::str::FromStr;

/// A colour of the sRGB space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// The text is no colour like `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no colour like #rrggbb")]
pub struct ColourError;

impl Colour {
    /// Black.
    pub const BLACK: Self = Self::new(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self::new(255, 255, 255);

    /// Takes the three channels.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Returns this colour with `part` (0 to 1) of it replaced by another one.
    #[must_use]
    pub fn mixed(self, other: Self, part: f64) -> Self {
        let part = part.clamp(0.0, 1.0);
        let channel = |from: u8, to: u8| {
            let mixed = f64::from(from) * (1.0 - part) + f64::from(to) * part;
            // Within 0 and 255, as both ends are.
            mixed.round() as u8
        };
        Self::new(channel(self.red, other.red), channel(self.green, other.green), channel(self.blue, other.blue))
    }

    /// Returns the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Returns the relative luminance (WCAG 2.2, "relative luminance"): 0 for black, 1 for white.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

impl FromStr for Colour {
    type Err = ColourError;

    /// Parses `#rrggbb`, or `#rgb`, whose digits count twice.
    fn from_str(text: &str) -> Result<Self, ColourError> {
        let digits = text.strip_prefix('#').ok_or(ColourError)?;
        let digits: Option<Vec<u8>> =
            digits.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
        match digits.as_deref() {
            Some([r, g, b]) => Ok(Self::new(r * 17, g * 17, b * 17)),
            Some([r, s, g, h, b, c]) => Ok(Self::new(r * 16 + s, g * 16 + h, b * 16 + c)),
            _ => Err(ColourError),
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_both_spellings_and_nothing_else_is() {
        assert_eq!("#0a4F9c".parse(), Ok(Colour::new(0x0a, 0x4f, 0x9c)));
        assert_eq!("#0a4".parse(), Ok(Colour::new(0x00, 0xaa, 0x44)));
        assert_eq!(Colour::new(0, 170, 68).to_string(), "#00aa44");
        for bad in ["", "#", "red", "0a4f9c", "#0a4f9", "#0a4f9c80", "#0a4f9g", "#１23", "rgb(1,2,3)", "#000;}"] {
            assert_eq!(bad.parse::<Colour>(), Err(ColourError), "{bad}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let ratio = |one: &str, two: &str| one.parse::<Colour>().unwrap().contrast(two.parse().unwrap());
        assert!((ratio("#000", "#fff") - 21.0).abs() < 1e-9);
        assert!((ratio("#fff", "#fff") - 1.0).abs() < 1e-9);
        // The known borderline greys on white: 4.5:1 and 7:1.
        assert!(ratio("#767676", "#fff") >= 4.5 && ratio("#777", "#fff") < 4.5);
        assert!(ratio("#595959", "#fff") >= 7.0 && ratio("#5a5a5a", "#fff") < 7.0);
    }

    #[test]
    fn a_mixture_lies_between_its_colours() {
        assert_eq!(Colour::BLACK.mixed(Colour::WHITE, 0.5), Colour::new(128, 128, 128));
        assert_eq!(Colour::BLACK.mixed(Colour::WHITE, 0.0), Colour::BLACK);
        assert_eq!(Colour::BLACK.mixed(Colour::WHITE, 7.0), Colour::WHITE);
    }
}
