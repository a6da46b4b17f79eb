//! Iteration over `Cookie` headers without building a jar.

use http::header::COOKIE;
use memchr::memchr;
use postern_model::web::Fields;

/// Yields the cookies of a request, in order, over all its `Cookie` lines (RFC 9113 §8.2.3 allows several). Values are
/// not decoded: quotes stay. Pieces that are not `name=value` in UTF-8 are skipped.
pub fn cookies(headers: &impl Fields) -> impl Iterator<Item = (&str, &str)> {
    raw_cookies(headers)
        .filter_map(|(name, value)| Some((std::str::from_utf8(name).ok()?, std::str::from_utf8(value?).ok()?)))
}

/// Yields the same as [`cookies`] in bytes; the value is `None` for a piece without `=`.
pub(super) fn raw_cookies(headers: &impl Fields) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
    headers.all(COOKIE).flat_map(pieces).map(split)
}

/// Yields the pieces of one line between semicolons, trimmed, without empty ones.
pub(super) fn pieces(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let line = rest?;
        let (piece, behind) = match memchr(b';', line) {
            Some(end) => (line.get(..end).unwrap_or_default(), line.get(end + 1..)),
            None => (line, None),
        };
        rest = behind;
        Some(piece.trim_ascii())
    })
    .filter(|piece| !piece.is_empty())
}

/// Splits a piece into name and value, trimmed.
pub(super) fn split(piece: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr(b'=', piece).and_then(|at| Some((piece.get(..at)?, piece.get(at + 1..)?))) {
        Some((name, value)) => (name.trim_ascii(), Some(value.trim_ascii())),
        None => (piece, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    #[test]
    fn pairs_come_in_order_over_all_lines() {
        let lines: [&[u8]; 3] = [b"a=1; b = \"2\" ;c", b"a=3=4; \xff=x; d=\xff", b"=e"];
        let headers: HeaderMap = lines.iter().map(|line| (COOKIE, HeaderValue::from_bytes(line).unwrap())).collect();
        let pairs: Vec<_> = cookies(&headers).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "\"2\""), ("a", "3=4"), ("", "e")]);
    }

    proptest! {
        #[test]
        fn plain_jars_read_as_the_cookie_crate_reads_them(jar in prop::collection::vec(("[a-z]{1,4}", "[!-+\\--:<-~]{0,6}"), 0..6)) {
            let line = jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(&line).unwrap())]);
            let theirs: Vec<_> = cookie::Cookie::split_parse(&line).flatten().collect();
            let theirs: Vec<_> = theirs.iter().map(|pair| (pair.name(), pair.value())).collect();
            prop_assert_eq!(cookies(&headers).collect::<Vec<_>>(), theirs);
        }
    }
}
