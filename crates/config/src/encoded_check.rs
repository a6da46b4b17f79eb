//! Warnings about routes that allow encoded characters which requests can never contain: read decoded, the path has
//! another route that decides otherwise, so that the request gets 400.

use postern_authn::rules::{EncodedCharacters, Route, Rules};

use crate::sample_request::rule;
use crate::table::Table;

/// Reports one warning for each route.
pub(crate) fn check(root: &Table<'_>, rules: &Rules) {
    for (number, route) in rules.routes().iter().enumerate() {
        let own = rule(rules, route, &route.path.example()).filter(|route_match| route_match.route == Some(number));
        let Some(own) = own else { continue };
        let refused = examples(route).find_map(|path| {
            let other = rule(rules, route, &path)?;
            (!rules.agree(&own, &other)).then_some((path, other.route))
        });
        let Some((path, other)) = refused else { continue };
        let decides = match other.and_then(|index| Some((index, rules.routes().get(index)?))) {
            Some((index, other)) => format!("route[{index}] ({}, {})", other.path, other.access),
            None => "the default (full, first upstream)".to_owned(),
        };
        let what = format!("decoded, a path of this route can be {path}, for which {decides} holds: it gets 400");
        let remedy = "give both routes the same access, users and upstream, or let this one end in /*";
        root.warn(&format!("route[{number}].encoded"), what, remedy);
    }
}

/// Paths that servers which decode the allowed characters may read instead of one that the route matches.
fn examples(route: &Route) -> impl Iterator<Item = String> {
    let allows = |characters: &[u8]| {
        let mut allowed = characters.iter().filter_map(|character| EncodedCharacters::of(*character));
        allowed.any(|character| route.encoded.contains(character))
    };
    let split = allows(b"/\\").then(|| route.path.examples_split()).into_iter().flatten();
    let ended = allows(b"#?").then(|| route.path.examples_ended()).into_iter().flatten();
    split.chain(ended)
}
