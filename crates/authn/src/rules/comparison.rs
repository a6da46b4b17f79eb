//! Path spellings that an upstream treats as equal.

use std::borrow::Cow;

/// Way in which an upstream compares the path of a request with its own routes.
///
/// Express and ASP.NET ignore case by default; Express, Rails, Laravel and many others also ignore a trailing slash. A route
/// for `/admin` then has to hold for `/ADMIN` and `/admin/` too; [`Rules::find_as_served`](super::Rules::find_as_served)
/// finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PathComparison {
    /// Whether `/Admin` and `/admin` are one path.
    pub ignore_case: bool,
    /// Whether `/admin/` and `/admin` are one path.
    pub ignore_trailing_slash: bool,
}

impl PathComparison {
    /// Compares byte for byte.
    pub const EXACT: Self = Self { ignore_case: false, ignore_trailing_slash: false };
    /// Compares as Express does.
    pub const LENIENT: Self = Self { ignore_case: true, ignore_trailing_slash: true };

    /// Returns the normal form of a path: one spelling for all spellings that this upstream serves alike.
    ///
    /// ```
    /// use postern_authn::rules::PathComparison;
    ///
    /// assert_eq!(PathComparison::LENIENT.normalize("/Admin/"), "/admin");
    /// assert_eq!(PathComparison::default().normalize("/Admin/"), "/Admin");
    /// assert_eq!(PathComparison::EXACT.normalize("/Admin/"), "/Admin/");
    /// ```
    pub fn normalize<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let path = match self.ignore_trailing_slash.then(|| path.trim_end_matches('/')) {
            Some("") => "/",
            Some(trimmed) => trimmed,
            None => path,
        };
        if self.ignore_case { fold(path) } else { Cow::Borrowed(path) }
    }
}

impl Default for PathComparison {
    /// Most frameworks ignore a trailing slash, and few ignore case. Since the stricter rule wins, a wrong guess only
    /// denies more.
    fn default() -> Self {
        Self { ignore_case: false, ignore_trailing_slash: true }
    }
}

/// Folds case so that texts that any server treats as equal become equal: to upper case and back, which also joins
/// letters with several lower-case forms (`ς` and `σ`, `ſ` and `s`, the Kelvin sign and `k`).
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        };
    }
    Cow::Owned(text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_folded_beyond_ascii() {
        for (one, other) in [("/ÉTÉ", "/été"), ("/ΣΑΣ", "/σας"), ("/\u{212a}ey", "/KEY"), ("/ma\u{17f}s", "/MASs")]
        {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_ne!(fold("/a"), fold("/ä"));
    }

    #[test]
    fn the_root_keeps_its_slash() {
        for path in ["/", "//"] {
            assert_eq!(PathComparison::LENIENT.normalize(path), "/");
        }
        assert_eq!(PathComparison::LENIENT.normalize("/A/b//"), "/a/b");
    }
}
