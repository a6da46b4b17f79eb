//! `Accept-Language` (RFC 9110 §12.5.4), by lookup (RFC 4647 §3.4).

use postern_model::language::Language;

/// Bytes of the header that are read. What browsers send is far shorter.
const READ_MAX: usize = 1024;
/// Length of a language range from which on it is ignored (RFC 5646 §4.4.1 asks for room for 35).
const RANGE_MAX: usize = 35;

/// Returns the offered language that a reader likes best, of the lines of the header. `None` if none is named; a part that is
/// malformed is ignored, and so is `*`, which names none.
pub(super) fn preferred<'h>(lines: impl Iterator<Item = &'h [u8]>, offered: &[Language]) -> Option<Language> {
    let mut left = READ_MAX;
    let mut ranges: Vec<(u16, &str)> = Vec::new();
    for line in lines {
        let read = line.get(..left.min(line.len())).unwrap_or_default();
        left -= read.len();
        ranges.extend(read.split(|byte| *byte == b',').filter_map(weighed));
    }
    // The sort is stable: of equal weights, the first counts.
    ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    ranges.into_iter().find_map(|(_, range)| look_up(range, offered))
}

/// Reads a language range with its weight in thousandths; `None` if it is malformed or not acceptable (weight 0).
fn weighed(part: &[u8]) -> Option<(u16, &str)> {
    let part = std::str::from_utf8(part).ok()?;
    let (range, weight) = match part.split_once(';') {
        Some((range, parameter)) => (range, weight(parameter.trim())?),
        None => (part, 1000),
    };
    let range = range.trim();
    let sound =
        |subtag: &str| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (weight > 0 && range.len() <= RANGE_MAX && range.split('-').all(sound)).then_some((weight, range))
}

/// Reads `q=…` (RFC 9110 §12.4.2): 0 to 1 with at most three decimals.
fn weight(parameter: &str) -> Option<u16> {
    let value = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="))?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// Shortens a range from its end until it names an offered language.
fn look_up(range: &str, offered: &[Language]) -> Option<Language> {
    if is_traditional(range) {
        return None;
    }
    let mut rest = range;
    loop {
        if let Some(language) = named(rest).filter(|language| offered.contains(language)) {
            return Some(language);
        }
        let (shorter, _) = rest.rsplit_once('-')?;
        rest = match shorter.rsplit_once('-') {
            // A single character introduces the subtag that was cut off.
            Some((before, single)) if single.len() == 1 => before,
            _ => shorter,
        };
    }
}

/// Returns the language of a tag. `iw` is the former tag of Hebrew, and without a script Chinese is read as simplified.
fn named(tag: &str) -> Option<Language> {
    let former = [
        ("iw", Language::Hebrew),
        ("zh", Language::SimplifiedChinese),
        ("cmn", Language::SimplifiedChinese),
        ("cmn-Hans", Language::SimplifiedChinese),
    ];
    let other = former.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(tag)).map(|(_, language)| language);
    Language::from_tag(tag).or(other)
}

/// Whether a range asks for Chinese in traditional characters, by script or by region. Who reads them lists `zh` too where
/// simplified ones will do.
fn is_traditional(range: &str) -> bool {
    let mut subtags = range.split('-');
    let chinese = subtags.next().is_some_and(|first| ["zh", "cmn"].iter().any(|name| name.eq_ignore_ascii_case(first)));
    let script = subtags.clone().any(|subtag| subtag.eq_ignore_ascii_case("Hant"));
    let simplified = subtags.clone().any(|subtag| subtag.eq_ignore_ascii_case("Hans"));
    let region = subtags.any(|subtag| ["TW", "HK", "MO"].iter().any(|name| name.eq_ignore_ascii_case(subtag)));
    chinese && (script || (region && !simplified))
}

#[cfg(test)]
mod tests {
    use Language::{Arabic, English, French, German, Hebrew, Japanese, SimplifiedChinese, Spanish};
    use proptest::prelude::*;

    use super::*;

    fn of(header: &str) -> Option<Language> {
        preferred([header.as_bytes()].into_iter(), &Language::ALL)
    }

    #[test]
    fn the_best_liked_language_is_found() {
        for (header, language) in [
            ("de", Some(German)),
            ("de-AT", Some(German)),
            ("DE-at", Some(German)),
            ("de-DE-1996-u-co-phonebk", Some(German)),
            ("iw", Some(Hebrew)),
            ("iw-IL", Some(Hebrew)),
            ("he-IL,he;q=0.9,en-US;q=0.8,en;q=0.7", Some(Hebrew)),
            ("ar-EG", Some(Arabic)),
            ("es-419, en;q=0.5", Some(Spanish)),
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Some(French)),
            ("ja", Some(Japanese)),
            ("zh", Some(SimplifiedChinese)),
            ("zh-CN,zh;q=0.9", Some(SimplifiedChinese)),
            ("zh-SG", Some(SimplifiedChinese)),
            ("zh-Hans-HK", Some(SimplifiedChinese)),
            ("cmn-Hans-CN", Some(SimplifiedChinese)),
            ("zh-TW", None),
            ("zh-Hant, de;q=0.1", Some(German)),
            ("zh-TW,zh;q=0.9,en;q=0.8", Some(SimplifiedChinese)),
            ("en;q=0.3, ja;q=0.31", Some(Japanese)),
            ("de;q=0.5, fr;q=0.5", Some(German)),
            ("de;q=0, fr;q=0.001", Some(French)),
            ("pt-BR, nl", None),
            ("pt-BR, nl, es;q=0.1", Some(Spanish)),
            ("*", None),
            ("en", Some(English)),
            ("e-n", None),
        ] {
            assert_eq!(of(header), language, "{header}");
        }
    }

    #[test]
    fn malformed_parts_are_ignored() {
        for header in ["", ",", ";", "de;q=2", "de;q=0.1234", "de;q=", "de;q=-1", "de;q=1.5", "de_AT", "de;x=1", "d e"]
        {
            assert_eq!(of(header), None, "{header}");
        }
        for header in ["de;q=x, fr", ",,fr,,", "fr ; q=0.5 , ;q=1", "\u{e9}, fr", "abcdefghi, fr", "-, fr"] {
            assert_eq!(of(header), Some(French), "{header}");
        }
        assert_eq!(preferred([&b"\xff\xfe"[..], b"fr"].into_iter(), &Language::ALL), Some(French));
    }

    #[test]
    fn only_offered_languages_are_found() {
        let found = preferred([&b"de, fr;q=0.5, ja;q=0.4"[..]].into_iter(), &[English, Japanese]);
        assert_eq!(found, Some(Japanese));
    }

    #[test]
    fn work_is_bounded_however_long_the_header_is() {
        let long = format!("{}fr", "xx,".repeat(100_000));
        assert_eq!(of(&long), None);
        let lines = vec![&b"xx,xx,xx,xx,xx,xx,xx,xx"[..]; 1000];
        assert_eq!(preferred(lines.into_iter().chain([&b"fr"[..]]), &Language::ALL), None);
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_does_harm(header in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let found = preferred([header.as_slice()].into_iter(), &[German]);
            prop_assert!(matches!(found, None | Some(German)));
        }

        #[test]
        fn a_list_like_one_leads_to_its_best_offered_language(
            parts in proptest::collection::vec(("de|fr|ja|pt|nl|zh-TW", 1_u16..=1000), 1..12)
        ) {
            let header: Vec<String> = parts.iter().map(|(tag, weight)| match weight {
                1000 => tag.clone(),
                _ => format!("{tag};q=0.{weight:03}"),
            }).collect();
            let known = |tag: &str| Language::from_tag(tag);
            let best = parts.iter().filter(|(tag, _)| known(tag).is_some()).map(|(_, weight)| *weight).max();
            let wanted = parts.iter().find(|(tag, weight)| known(tag).is_some() && Some(*weight) == best);
            prop_assert_eq!(of(&header.join(", ")), wanted.and_then(|(tag, _)| known(tag)));
        }
    }
}
