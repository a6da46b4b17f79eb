//! The ways in which servers read a path.

use std::borrow::Cow;

use postern_authn::rules::EncodedCharacters;

use super::path::{CanonicalPath, before, escape};

impl<'a> CanonicalPath<'a> {
    /// Returns the other ways in which an upstream may read this path: decoded, without parameters, with slashes
    /// merged, and all combinations. Of the encoded characters that a route must allow, each may be decoded or not: then
    /// `/` and `\` are a slash, `#` and `?` end the path, and `;` begins parameters. (One that is decoded and kept in its
    /// segment is no reading of its own: a pattern can name neither the character nor its encoding.) Empty, without
    /// allocation, for a path without escapes, `;` and `//`.
    pub fn readings(&self) -> impl Iterator<Item = String> + use<'a> {
        let path = *self;
        let decodings = path.encoded.subsets().flat_map(|decoded| [(false, decoded), (true, decoded)]);
        decodings.filter(move |(others, _)| path.escapes || !others).flat_map(move |(others, decoded)| {
            let received = !others && decoded.is_empty();
            let text = if received { Cow::Borrowed(path.as_str()) } else { decode(path.as_str(), others, decoded) };
            let parameters = if received { path.parameters } else { text.contains(';') };
            let merging = parameters || if received { path.double_slash } else { text.contains("//") };
            [(false, false), (true, false), (false, true), (true, true)].into_iter().filter_map(move |(cut, merge)| {
                let differs = (cut || merge || !received) && (parameters || !cut) && (merging || !merge);
                differs.then(|| read(&text, cut, merge))
            })
        })
    }
}

/// Decodes those of the characters that a route must allow which are in `decoded`, and with `others` all other ones.
fn decode(path: &str, others: bool, decoded: EncodedCharacters) -> Cow<'_, str> {
    let bytes = path.as_bytes();
    let mut text = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let encoded = if byte == b'%' { escape(bytes.get(index + 1..).unwrap_or_default()) } else { None };
        let character = encoded.and_then(EncodedCharacters::of);
        match (encoded, character) {
            (Some(b'#' | b'?'), Some(character)) if decoded.contains(character) => break,
            (Some(byte), Some(character)) if decoded.contains(character) => {
                text.push(if byte == b'\\' { b'/' } else { byte });
            }
            (Some(byte), None) if others => text.push(byte),
            (Some(_), _) => text.extend_from_slice(bytes.get(index..index + 3).unwrap_or_default()),
            (None, _) => text.push(byte),
        }
        index += if encoded.is_some() { 3 } else { 1 };
    }
    Cow::Owned(String::from_utf8_lossy(&text).into_owned())
}

fn read(path: &str, cut: bool, merge: bool) -> String {
    let segments = path.split('/').map(|segment| if cut { before(segment, ';') } else { segment });
    let mut reading = String::with_capacity(path.len());
    for (index, segment) in segments.enumerate() {
        if index == 0 || (merge && segment.is_empty() && reading.ends_with('/')) {
            continue;
        }
        if !reading.ends_with('/') || !merge {
            reading.push('/');
        }
        reading.push_str(segment);
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    #[test]
    fn harmless_but_rewritable_paths_pass_with_all_their_readings() {
        for (path, readings) in [
            ("/a%20b", vec!["/a b"]),
            ("/caf%C3%A9", vec!["/café"]),
            ("/100%25", vec!["/100%"]),
            ("/a//b", vec!["/a/b"]),
            ("/a;v=1/b", vec!["/a/b", "/a;v=1/b"]),
            ("/a/;x/b", vec!["/a//b", "/a/b", "/a/;x/b"]),
        ] {
            let canonical = CanonicalPath::parse(path, EncodedCharacters::NONE).unwrap();
            let found: Vec<String> = canonical.readings().collect();
            for reading in &readings {
                assert!(found.iter().any(|other| other == reading), "{path}: {reading} not in {found:?}");
            }
            assert!(found.iter().all(|reading| readings.contains(&reading.as_str())), "{path}: {found:?}");
        }
    }

    fn all(path: &str) -> Vec<String> {
        CanonicalPath::parse(path, EncodedCharacters::ALL).unwrap().readings().collect()
    }

    #[test]
    fn an_encoded_character_is_read_as_what_it_stands_for_and_as_text() {
        for (path, readings) in [
            ("/@scope%2Fname", &["/@scope/name"][..]),
            ("/DOMAIN%5cuser", &["/DOMAIN/user"]),
            ("/c%23/intro", &["/c"]),
            ("/why%3F/x", &["/why"]),
            ("/a%3Bb/c", &["/a;b/c", "/a/c"]),
            ("/a%2F/b", &["/a//b", "/a/b"]),
            ("/a%20%2Fb", &["/a /b", "/a %2Fb", "/a%20/b"]),
            ("/admin%3Bx%2Fy", &["/admin;x%2Fy", "/admin", "/admin%3Bx/y", "/admin;x/y", "/admin/y"]),
        ] {
            let mut found = all(path);
            found.sort();
            found.dedup();
            let mut readings: Vec<&str> = readings.to_vec();
            readings.sort_unstable();
            assert_eq!(found, readings, "{path}");
        }
    }

    /// A reading by one server: what it decodes, and what it does with it.
    fn served(path: &str, decodes: &str, cuts: bool, merges: bool) -> String {
        let mut text = path.to_owned();
        for (encoded, character) in [("%2F", "/"), ("%5C", "/"), ("%23", "#"), ("%3F", "?"), ("%3B", ";"), ("%20", " ")]
        {
            if decodes.contains(encoded) {
                text = text.replace(encoded, character);
            }
        }
        let end = text.find(['#', '?']).unwrap_or(text.len());
        let mut segments: Vec<&str> = text[..end].split('/').skip(1).collect();
        if cuts {
            segments.iter_mut().for_each(|segment| *segment = segment.split(';').next().unwrap());
        }
        let last = segments.len() - 1;
        let kept = segments.iter().enumerate();
        let kept = kept.filter(|(index, segment)| !merges || !segment.is_empty() || *index == last);
        format!("/{}", kept.map(|(_, segment)| *segment).collect::<Vec<_>>().join("/"))
    }

    proptest! {
        #[test]
        fn what_a_server_reads_is_among_the_readings(
            parts in vec(select(vec!["/", "a", "b", ";", "%2F", "%5C", "%23", "%3F", "%3B", "%20"]), 0..12),
            decodes in subsequence(vec!["%2F", "%5C", "%23", "%3F", "%3B", "%20"], 0..=6),
            cuts: bool,
            merges: bool,
        ) {
            let path = format!("/{}", parts.concat());
            if let Ok(canonical) = CanonicalPath::parse(&path, EncodedCharacters::ALL) {
                let reading = served(&path, &decodes.concat(), cuts, merges);
                let known = reading == path || canonical.readings().any(|known| known == reading);
                prop_assert!(known, "{} reads {}", path, reading);
                prop_assert!(!reading.split('/').any(|segment| matches!(segment, "." | "..")));
            }
        }
    }
}
