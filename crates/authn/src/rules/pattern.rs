//! Path patterns of routes.

use std::fmt;

use super::comparison::{PathComparison, fold};

/// Longest pattern, in bytes: no request with a longer path is served.
const LENGTH_MAX: usize = 2048;

/// Path pattern of a route: literal and free segments, and whether further segments may follow.
///
/// `/health` matches that path only. `/assets/*` matches everything below `/assets/`, but not `/assets` itself. In
/// `/api/users/{id}/export` and `/{tenant}/assets/*`, each name in braces matches exactly one non-empty segment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathPattern {
    segments: Vec<Segment>,
    below: bool,
}

/// Pattern of one segment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Segment {
    /// This text, compared case-sensitively.
    Is(Box<str>),
    /// Any non-empty text; the name is documentation.
    Any(Box<str>),
}

/// Error of a text that is not a path pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no path: use /health, /assets/* for all below it, or {{name}} for exactly one segment")]
pub struct InvalidPath(String);

impl PathPattern {
    /// Parses `/path`, `/path/*` or `/path/{name}`. Rejects text that a canonical path cannot contain, since it would
    /// never match.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        let invalid = || InvalidPath(text.to_owned());
        let (path, below) = match text.strip_suffix("/*") {
            Some(parent) => (parent, true),
            None => (text, false),
        };
        if text.len() > LENGTH_MAX || !text.starts_with('/') || text.contains("//") {
            return Err(invalid());
        }
        let segments = path.split('/').skip(1).map(Segment::parse).collect::<Option<_>>().ok_or_else(invalid)?;
        Ok(Self { segments, below })
    }

    /// Returns the patterns that together match the normalised spellings of exactly the paths that this pattern
    /// matches. Where a trailing slash is ignored, `/a/*` also matches `/a`, which is the same path as `/a/`.
    pub(super) fn normalized(&self, comparison: PathComparison) -> impl Iterator<Item = Self> + use<> {
        let mut normal = self.clone();
        if comparison.ignore_case {
            for segment in &mut normal.segments {
                if let Segment::Is(text) = segment {
                    *text = fold(text).into();
                }
            }
        }
        let slashed = matches!(normal.segments.last(), Some(Segment::Is(text)) if text.is_empty());
        if comparison.ignore_trailing_slash && !self.below && slashed && normal.segments.len() > 1 {
            normal.segments.pop();
        }
        let parent = comparison.ignore_trailing_slash && self.below && !normal.segments.is_empty();
        let parent = parent.then(|| Self { below: false, ..normal.clone() });
        [Some(normal), parent].into_iter().flatten()
    }

    /// Returns a path that this pattern matches, with a placeholder name for each free part.
    pub fn example(&self) -> String {
        let text = |segment: &Segment| match segment {
            Segment::Is(text) => format!("/{text}"),
            Segment::Any(name) => format!("/{name}"),
        };
        let path: String = self.segments.iter().map(text).collect();
        if self.below { format!("{path}/x") } else { path }
    }

    /// Returns, for each free segment, the example with a slash within that segment.
    pub fn examples_split(&self) -> Vec<String> {
        self.free().map(|at| self.example_with(at, |name| format!("{name}/{name}"))).collect()
    }

    /// Returns, for each free segment, the example that ends behind that segment.
    pub fn examples_ended(&self) -> Vec<String> {
        let ended = |at: usize| Self { segments: self.segments.iter().take(at + 1).cloned().collect(), below: false };
        self.free().map(|at| ended(at).example()).collect()
    }

    /// The indices of the free segments.
    fn free(&self) -> impl Iterator<Item = usize> {
        let free = |(index, segment): (usize, &Segment)| matches!(segment, Segment::Any(_)).then_some(index);
        self.segments.iter().enumerate().filter_map(free)
    }

    fn example_with(&self, at: usize, text: impl Fn(&str) -> String) -> String {
        let mut other = self.clone();
        if let Some(Segment::Any(name)) = other.segments.get_mut(at) {
            *name = text(name).into();
        }
        other.example()
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether further segments may follow behind a slash.
    pub(super) fn is_below(&self) -> bool {
        self.below
    }

    /// Whether this pattern matches a canonical path, compared case-sensitively.
    pub fn matches(&self, path: &str) -> bool {
        let mut rest = path.split('/').skip(1);
        let fits = self.segments.iter().all(|segment| rest.next().is_some_and(|text| segment.matches(text)));
        fits && rest.next().is_some() == self.below
    }

    /// Whether this pattern matches every path that `other` matches.
    pub fn covers(&self, other: &Self) -> bool {
        let (mine, others) = (self.segments.len(), other.segments.len());
        let long_enough = match (self.below, other.below) {
            (true, true) => others >= mine,
            (true, false) => others > mine,
            (false, true) => false,
            (false, false) => others == mine,
        };
        long_enough && self.segments.iter().zip(&other.segments).all(|(mine, other)| mine.covers(other))
    }

    /// Whether some path matches both patterns.
    pub fn meets(&self, other: &Self) -> bool {
        let (mine, others) = (self.segments.len(), other.segments.len());
        let possible = match (self.below, other.below) {
            (true, true) => true,
            (true, false) => others > mine,
            (false, true) => mine > others,
            (false, false) => mine == others,
        };
        possible && self.segments.iter().zip(&other.segments).all(|(mine, other)| mine.meets(other))
    }
}

impl Segment {
    fn parse(text: &str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('{') {
            let name = inner.strip_suffix('}')?;
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            return (!name.is_empty() && name.chars().all(plain)).then(|| Self::Any(name.into()));
        }
        let odd =
            |c: char| matches!(c, '*' | '?' | '#' | '\\' | '%' | '{' | '}') || c.is_control() || c.is_whitespace();
        (!matches!(text, "." | "..") && !text.contains(odd)).then(|| Self::Is(text.into()))
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Is(given) => **given == *text,
            Self::Any(_) => !text.is_empty(),
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Is(text)) => self.matches(text),
            (Self::Is(_), Self::Any(_)) => false,
            (Self::Any(_), Self::Any(_)) => true,
        }
    }

    fn meets(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

impl fmt::Display for PathPattern {
    /// Writes the pattern as in the configuration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            match segment {
                Segment::Is(text) => write!(f, "/{text}")?,
                Segment::Any(name) => write!(f, "/{{{name}}}")?,
            }
        }
        if self.below { f.write_str("/*") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(text: &str) -> PathPattern {
        PathPattern::parse(text).unwrap()
    }

    #[test]
    fn a_pattern_takes_its_paths_and_no_others() {
        for (text, taken, left) in [
            ("/", &["/"][..], &["/a", "//", ""][..]),
            ("/*", &["/", "/a", "/a/b", "/a/"], &[""]),
            ("/a", &["/a"], &["/a/", "/A", "/ab", "/a/b", "/"]),
            ("/a/", &["/a/"], &["/a", "/a/b", "/a//"]),
            ("/a/*", &["/a/", "/a/b", "/a/b/c"], &["/a", "/ab", "/x/a/b"]),
            ("/u/{id}", &["/u/1", "/u/x y"], &["/u/", "/u", "/u/1/", "/u/1/2"]),
            ("/u/{id}/x", &["/u/1/x"], &["/u//x", "/u/1/x/", "/u/1/y", "/u/x"]),
            ("/{t}/a/*", &["/acme/a/", "/acme/a/b/c"], &["/acme/a", "//a/b", "/a/b/a/"]),
            ("/{t}/*", &["/acme/", "/acme/b"], &["/acme", "/", "//b"]),
        ] {
            for path in taken {
                assert!(pattern(text).matches(path), "{text} takes {path}");
            }
            for path in left {
                assert!(!pattern(text).matches(path), "{text} leaves {path}");
            }
            assert_eq!(pattern(text).to_string(), text);
        }
    }

    #[test]
    fn examples_match_and_those_of_other_readings_are_one_for_each_free_segment() {
        let path = pattern("/{a}/x/{b}/*");
        assert!(path.matches(&path.example()));
        assert_eq!(path.examples_split(), ["/a/a/x/b/x", "/a/x/b/b/x"]);
        assert_eq!(path.examples_ended(), ["/a", "/a/x/b"]);
        assert!(pattern("/a/*").examples_split().is_empty() && pattern("/a").examples_ended().is_empty());
    }

    #[test]
    fn patterns_that_could_never_match_are_refused() {
        for text in [
            "", "x", "/a/*/b", "/a*", "/a?b", "/a#b", "/a/../b", "/./a", "/a//b", "/a\\b", "/%61", "/a b", "*", "/{}",
            "/{a b}", "/x{a}", "/{a}x", "/{a", "/a}", "/{a/b}", "/{{a}}", "//*", "/a//*",
        ] {
            assert!(PathPattern::parse(text).is_err(), "{text}");
        }
        assert!(PathPattern::parse(&format!("/{}", "a".repeat(LENGTH_MAX))).is_err());
        assert!(PathPattern::parse(&format!("/{}", "a".repeat(LENGTH_MAX - 1))).is_ok());
    }

    fn any_pattern() -> impl Strategy<Value = PathPattern> {
        let segment = prop_oneof!["[ab]", Just("{x}".to_owned())];
        (proptest::collection::vec(segment, 0..4), 0_u8..3).prop_map(|(segments, end)| {
            let path: String = segments.iter().map(|segment| format!("/{segment}")).collect();
            pattern(&match end {
                0 if !path.is_empty() => path,
                1 => format!("{path}/*"),
                _ => format!("{path}/"),
            })
        })
    }

    proptest! {
        #[test]
        fn covering_and_meeting_are_what_they_say(one in any_pattern(), other in any_pattern(), path in "(/[abc]?){1,5}") {
            let (first, second) = (one.matches(&path), other.matches(&path));
            prop_assert!(!(one.covers(&other) && second && !first), "{} covers {} and leaves {}", one, other, path);
            prop_assert!(!(first && second) || one.meets(&other), "{} and {} both take {}", one, other, path);
            prop_assert_eq!(one.meets(&other), other.meets(&one));
            prop_assert!(!one.covers(&other) || one.meets(&other));
        }
    }
}
