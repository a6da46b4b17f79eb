//! Unknown keys, with the most similar known key as suggestion.

use std::collections::BTreeSet;

use crate::layers::PREFIX;
use crate::problem::Problem;

/// Minimum similarity of a suggestion.
const SIMILAR: f64 = 0.75;

/// The problem of an unknown key; suggests the most similar known one.
pub(crate) fn problem(key: String, origin: Option<String>, known: &BTreeSet<String>) -> Problem {
    let from_environment = origin.as_ref().is_some_and(|origin| origin.contains(PREFIX));
    let remedy = match nearest(&key, known) {
        Some(meant) if from_environment => {
            let variable = meant.replace('.', "__").to_ascii_uppercase();
            format!("did you mean {meant} ({PREFIX}{variable})? Otherwise remove it")
        }
        Some(meant) => format!("did you mean {meant}? Otherwise remove it"),
        None => "remove it; config/postern.toml lists every key".to_owned(),
    };
    Problem { key, origin, what: "there is no such key".to_owned(), remedy }
}

/// The known key most similar to `key`, even if dots and underscores were mixed up or the section is missing.
fn nearest<'k>(key: &str, known: &'k BTreeSet<String>) -> Option<&'k str> {
    let plain = fold(key);
    let likeness = |candidate: &str| {
        let whole = strsim::jaro_winkler(&plain, &fold(candidate));
        let last = candidate.rsplit('.').next().unwrap_or(candidate);
        // A key written outside its section is a likely mistake, so it scores almost as high as an exact match.
        if key.rsplit('.').next() == Some(last) { whole.max(0.9) } else { whole }
    };
    let best = known.iter().map(|candidate| (likeness(candidate), candidate)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= SIMILAR).then_some(best.1.as_str())
}

/// Removes list indices and unifies separators, for comparison.
fn fold(key: &str) -> String {
    let mut folded = String::with_capacity(key.len());
    let mut index = false;
    for c in key.chars() {
        match c {
            '[' => index = true,
            ']' => index = false,
            _ if index => {}
            '.' | '-' => folded.push('_'),
            c => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_named() {
        let known =
            ["google", "google.client_id", "google.client_secret", "listen.address", "route.access", "public_url"];
        let known = known.map(str::to_owned).into();
        for (wrong, meant) in [
            ("google.clientid", Some("google.client_id")),
            ("google_client_secret", Some("google.client_secret")),
            ("gogle", Some("google")),
            ("route[3].acess", Some("route.access")),
            ("publik_url", Some("public_url")),
            ("client_id", Some("google.client_id")),
            ("zzz", None),
        ] {
            assert_eq!(nearest(wrong, &known), meant, "{wrong}");
        }
    }
}
