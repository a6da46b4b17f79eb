//! Timestamps as text: UTC, `YYYY-MM-DD HH:MM:SS.ffffff`, so that text order is time order.

use postern_model::clock::Timestamp;
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const WRITTEN: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:6]");
/// `CURRENT_TIMESTAMP` has no fraction, and people write `T`.
const READ: &[BorrowedFormatItem<'_>] = format_description!(
    version = 2,
    "[year]-[month]-[day][first [ ][T]][hour]:[minute]:[second][optional [.[subsecond]]]"
);
const OLDEST: &str = "0000-01-01 00:00:00.000000";
const LATEST: &str = "9999-12-31 23:59:59.999999";

/// Encodes a time; one outside the years 0 to 9999 becomes the nearest time inside.
pub(super) fn write(at: Timestamp) -> String {
    let inside = at.to_utc().filter(|at| (0..=9999).contains(&at.year()));
    let nearest = if at.as_micros() < 0 { OLDEST } else { LATEST };
    inside.and_then(|at| at.format(WRITTEN).ok()).unwrap_or_else(|| nearest.to_owned())
}

/// Parses a time as this module, `CURRENT_TIMESTAMP` and ISO 8601 write it; always UTC.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")).unwrap_or(text);
    PrimitiveDateTime::parse(text, READ).ok().map(|at| Timestamp::from_utc(at.assume_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_back_and_sort_as_text() {
        let moments = [i64::MIN, -1, 0, 1, 1_800_000_000_000_001, i64::MAX].map(Timestamp::from_micros);
        let texts = moments.map(write);
        assert!(texts.is_sorted(), "{texts:?}");
        for (moment, text) in moments.into_iter().zip(&texts).skip(1).take(4) {
            assert_eq!(read(text), Some(moment), "{text}");
        }
    }

    #[test]
    fn what_people_write_is_understood() {
        let expected = Some(Timestamp::from_secs(1_767_225_600));
        for text in [
            "2026-01-01 00:00:00",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00Z",
            "2026-01-01 00:00:00.000",
            "2026-01-01 00:00:00.000000000+00:00",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn anything_else_is_not_a_moment() {
        for text in ["", "now", "2026-13-01 00:00:00", "1767225600", "2026-01-01 00:00:00+02:00"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
