//! Route match over all readings of a path. The gate and `postern check --explain` use it.

use std::iter;

use postern_authn::rules::{RouteMatch, RouteQuery, Rules};

use super::withheld_paths;
use crate::target::path::{Ambiguous, CanonicalPath};

/// Reason why no route applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RouteError {
    /// The path is never forwarded to the NetPilot backend.
    #[error("this path is never forwarded")]
    Withheld,
    /// Different readings of the path match different rules.
    #[error(transparent)]
    Ambiguous(#[from] Ambiguous),
}

/// Matches the route of a request for `path`. `withhold_legacy` refuses the paths of the NetPilot profile.
///
/// # Errors
/// [`RouteError`] if the request must be refused, with any session.
///
/// The route of the path must allow the encoded characters in it ([`CanonicalPath::encoded`]).
/// All readings of the path must have the same route match. If the upstream serves other spellings of it alike (another
/// case, a trailing slash), the stricter of the route matches for these spellings applies.
pub fn match_route(
    rules: &Rules,
    withhold_legacy: bool,
    path: &CanonicalPath<'_>,
    query: &RouteQuery<'_>,
) -> Result<RouteMatch, RouteError> {
    let query = RouteQuery { path: path.as_str(), ..*query };
    let route_match = rules.find(&query);
    if withhold_legacy && withheld_paths::is_withheld(path.as_str()) {
        return Err(RouteError::Withheld);
    }
    if !rules.encoded_where(&route_match).contains(path.encoded()) {
        return Err(Ambiguous::Escape.into());
    }
    let readings: Vec<String> = path.readings().collect();
    for reading in &readings {
        let other = rules.find(&RouteQuery { path: reading, ..query });
        if !rules.agree(&route_match, &other) {
            return Err(Ambiguous::Rules.into());
        }
        if withhold_legacy && withheld_paths::is_withheld(reading) {
            return Err(RouteError::Withheld);
        }
    }
    let mut strictest = route_match;
    for reading in iter::once(path.as_str()).chain(readings.iter().map(String::as_str)) {
        if let Some(served) = rules.find_as_served(&RouteQuery { path: reading, ..query }, route_match.upstream) {
            strictest = rules.stricter(&strictest, &served).ok_or(Ambiguous::Rules)?;
        }
    }
    Ok(strictest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;
    use postern_authn::rules::{EncodedCharacters, PathComparison, PathPattern, Route};
    use postern_model::access::Access;

    fn found(withhold_legacy: bool, path: &str) -> Result<Access, RouteError> {
        let encoded = EncodedCharacters::of(b'/').unwrap();
        let rules = Rules::new(vec![Route { encoded, ..Route::new(PathPattern::parse("/*").unwrap(), Access::Full) }]);
        let path = CanonicalPath::parse(path, encoded).unwrap();
        let query = RouteQuery { host: "example.com", path: path.as_str(), method: &Method::GET, client: None };
        match_route(&rules, withhold_legacy, &path, &query).map(|found| found.access)
    }

    #[test]
    fn a_reading_is_held_to_the_rules_of_every_spelling_that_is_served_alike() {
        let encoded = EncodedCharacters::NONE;
        let rules = Rules::new(vec![Route::new(PathPattern::parse("/admin").unwrap(), Access::Deny)])
            .with_comparisons(vec![PathComparison::LENIENT]);
        for (path, access) in [
            ("/ADMIN", Access::Deny),
            ("/ADMIN;x=1", Access::Deny),
            ("/ADMIN//", Access::Deny),
            ("/OTHER;x=1", Access::Full),
        ] {
            let path = CanonicalPath::parse(path, encoded).unwrap();
            let query = RouteQuery { host: "example.com", path: path.as_str(), method: &Method::GET, client: None };
            let found = match_route(&rules, false, &path, &query).map(|found| found.access);
            assert_eq!(found, Ok(access), "{}", path.as_str());
        }
    }

    #[test]
    fn a_path_is_withheld_in_each_of_its_readings_where_the_profile_is_on() {
        for path in ["/dev/create-session", "/dev%2Fcreate-session"] {
            assert_eq!(found(true, path), Err(RouteError::Withheld), "{path}");
            assert_eq!(found(false, path), Ok(Access::Full), "{path}");
        }
        for path in ["/a", "/a%2Fb"] {
            assert_eq!([found(true, path), found(false, path)], [Ok(Access::Full); 2], "{path}");
        }
    }
}
