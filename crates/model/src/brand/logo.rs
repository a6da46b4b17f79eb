//! The logo of a deployment.

use std::fmt;

/// Size of a logo at most, in bytes. A page with all that it loads stays below 32 KiB.
const LOGO_MAX: usize = 8 * 1024;

/// Width and height of a picture in PNG at most, in pixels.
const PIXELS_MAX: u32 = 2048;
const PNG: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];

/// Format of a logo, found in its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoFormat {
    /// SVG.
    Svg,
    /// PNG.
    Png,
}

/// A picture that pages may show.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    format: LogoFormat,
    bytes: Vec<u8>,
}

/// Why a file is no logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    /// It is larger than [`LOGO_MAX`].
    #[error("it is larger than {LOGO_MAX} bytes")]
    TooLarge,
    /// It is neither SVG nor PNG.
    #[error("it is neither an SVG nor a PNG picture")]
    UnknownFormat,
    /// A PNG without a size, or with one that no logo has.
    #[error("it has no width and height from 1 to {PIXELS_MAX} pixels")]
    Dimensions,
}

impl Logo {
    /// Takes the contents of a file. The format is what the contents are, not what the name of the file says.
    ///
    /// # Errors
    /// [`LogoError`]: too large, or no picture that a page may show.
    pub fn new(bytes: Vec<u8>) -> Result<Self, LogoError> {
        if bytes.len() > LOGO_MAX {
            return Err(LogoError::TooLarge);
        }
        let format = match bytes.strip_prefix(&PNG) {
            Some(rest) if png_has_size(rest) => LogoFormat::Png,
            Some(_) => return Err(LogoError::Dimensions),
            None if is_svg(&bytes) => LogoFormat::Svg,
            None => return Err(LogoError::UnknownFormat),
        };
        Ok(Self { format, bytes })
    }

    /// Returns the format.
    pub fn format(&self) -> LogoFormat {
        self.format
    }

    /// Returns the contents of the file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({:?}, {} bytes)", self.format, self.bytes.len())
    }
}

/// Whether the first chunk is the header, with a width and a height (PNG, third edition, §11.2.1).
fn png_has_size(chunks: &[u8]) -> bool {
    let number = |at: usize| {
        let bytes = chunks.get(at..at + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    let sized = |at| number(at).is_some_and(|pixels| (1..=PIXELS_MAX).contains(&pixels));
    chunks.get(4..8) == Some(b"IHDR".as_slice()) && sized(8) && sized(12)
}

/// Whether the root element is `svg`, behind the declaration, comments and the document type that may precede it.
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!") => ">",
            _ => break,
        };
        match rest.split_once(end) {
            Some((_, behind)) => rest = behind.trim_start(),
            None => return false,
        }
    }
    rest.strip_prefix("<svg").is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '>'))
        && rest.contains("http://www.w3.org/2000/svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = PNG.to_vec();
        bytes.extend([0, 0, 0, 13]);
        bytes.extend(b"IHDR");
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    #[test]
    fn the_format_is_found_in_the_contents() {
        for svg in [
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "\u{feff}<?xml version=\"1.0\"?>\n<!-- a > b -->\n<!DOCTYPE svg>\n<svg\n xmlns='http://www.w3.org/2000/svg'></svg>",
        ] {
            assert_eq!(Logo::new(svg.as_bytes().to_vec()).unwrap().format(), LogoFormat::Svg, "{svg}");
        }
        assert_eq!(Logo::new(png(64, 32)).unwrap().format(), LogoFormat::Png);
    }

    #[test]
    fn anything_else_is_refused() {
        let html = "<html><svg xmlns=\"http://www.w3.org/2000/svg\"/></html>";
        for none in ["", "<", "<!--", "<svg/>", "<svgx xmlns=\"http://www.w3.org/2000/svg\">", html, "GIF89a", "\u{1}"]
        {
            assert_eq!(Logo::new(none.as_bytes().to_vec()), Err(LogoError::UnknownFormat), "{none}");
        }
        for (width, height) in [(0, 1), (1, 0), (PIXELS_MAX + 1, 1), (1, u32::MAX)] {
            assert_eq!(Logo::new(png(width, height)), Err(LogoError::Dimensions));
        }
        assert_eq!(Logo::new(PNG.to_vec()), Err(LogoError::Dimensions));
        assert_eq!(Logo::new(vec![b' '; LOGO_MAX + 1]), Err(LogoError::TooLarge));
    }
}
