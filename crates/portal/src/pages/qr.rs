//! QR codes, as SVG for pages and as a PNG data URL for the API.

use std::fmt::Write;

use data_encoding::BASE64;
use png::{BitDepth, ColorType, Encoder};
use qrcode::{Color, EcLevel, QrCode};

/// Width of the quiet zone around the symbol, in modules (ISO/IEC 18004 requires four).
const QUIET: usize = 4;
/// Size of a module in the PNG, in pixels.
const SCALE: usize = 6;
const WHITE: u8 = 255;
const BLACK: u8 = 0;

/// Renders the QR code of a text as an SVG element: one path, sized by the style sheet, without inline styles, so that
/// a strict content security policy allows it. The page names it. `None` if the text is too long for a QR code.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left == right) {
            if run.first() == Some(&Color::Dark) {
                write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len()).ok()?;
            }
            x += run.len();
        }
    }
    let side = width + 2 * QUIET;
    Some(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" aria-hidden=\"true\" \
         shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" \
         d=\"{path}\"/></svg>"
    ))
}

/// Renders the QR code of a text as `data:image/png;base64,…`. `None` if the text is too long for a QR code.
pub fn qr_data_url(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let blank = vec![WHITE; (code.width() + 2 * QUIET) * SCALE];
    let mut pixels = blank.repeat(QUIET * SCALE);
    for row in code.to_colors().chunks(code.width()) {
        let edge = std::iter::repeat_n(WHITE, QUIET * SCALE);
        let modules = row.iter().flat_map(|module| std::iter::repeat_n(module.select(BLACK, WHITE), SCALE));
        let line: Vec<u8> = edge.clone().chain(modules).chain(edge).collect();
        pixels.extend(line.repeat(SCALE));
    }
    pixels.extend(blank.repeat(QUIET * SCALE));

    let side = u32::try_from(blank.len()).ok()?;
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    encoder.write_header().ok()?.write_image_data(&pixels).ok()?;
    Some(format!("data:image/png;base64,{}", BASE64.encode(&file)))
}

/// Formats a key in groups of four characters, for reading and typing.
pub fn group_in_fours(key: &str) -> String {
    let mut grouped = String::with_capacity(key.len() + key.len() / 4);
    for (index, letter) in key.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(letter);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_svg_draws_exactly_the_dark_modules() {
        let code = QrCode::with_error_correction_level("otpauth://totp/a?secret=B", EcLevel::M).unwrap();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let svg = qr_svg("otpauth://totp/a?secret=B").unwrap();
        let drawn: usize = svg.split('h').skip(1).filter_map(|run| run.split('v').next()?.parse::<usize>().ok()).sum();
        assert_eq!(drawn, dark);
        assert!(!svg.contains("style"));
    }

    #[test]
    fn the_png_is_a_data_url_and_too_long_a_text_is_none() {
        assert!(qr_data_url("otpauth://x").unwrap().starts_with("data:image/png;base64,iVBORw0KGgo"));
        assert_eq!(qr_data_url(&"x".repeat(5000)), None);
        assert_eq!(qr_svg(&"x".repeat(5000)), None);
    }

    #[test]
    fn keys_are_grouped_in_fours() {
        assert_eq!(group_in_fours("ABCDEFGHIJ"), "ABCD EFGH IJ");
        assert_eq!(group_in_fours(""), "");
    }
}
