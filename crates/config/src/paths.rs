//! `paths`: which spellings of a path a backend serves alike.

use postern_authn::rules::PathComparison;

use crate::bridge::{BridgeConfig, BridgeKind};
use crate::table::{Complaint, Table};
use crate::upstream::UpstreamConfig;

/// Reads the key `paths`: "exact", "case-insensitive", "trailing-slash", or a list of the last two.
pub(crate) fn read(table: &mut Table<'_>) -> Option<PathComparison> {
    let value = table.value("paths")?;
    let items: Option<Vec<String>> = match value.as_str() {
        Some(text) => {
            Some(text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect())
        }
        None => value.into_array().and_then(|items| items.into_iter().map(|item| item.into_string()).collect()),
    };
    let remedy = "write paths = \"exact\", or a list of \"case-insensitive\" and \"trailing-slash\"";
    let Some(items) = items else {
        table.report("paths", "this is neither a text nor a list of texts".to_owned(), remedy);
        return None;
    };
    if items.is_empty() {
        return None;
    }
    match comparison(&items) {
        Ok(comparison) => Some(comparison),
        Err((what, remedy)) => {
            table.report("paths", what, remedy);
            None
        }
    }
}

fn comparison(items: &[String]) -> Result<PathComparison, Complaint> {
    let mut comparison = PathComparison::EXACT;
    for item in items {
        match item.as_str() {
            "exact" if items.len() == 1 => {}
            "exact" => {
                return Err(("\"exact\" stands beside another value".to_owned(), "write it alone, or not at all"));
            }
            "case-insensitive" => comparison.ignore_case = true,
            "trailing-slash" => comparison.ignore_trailing_slash = true,
            other => {
                let remedy = "use exact, case-insensitive or trailing-slash";
                return Err((format!("{other:?} is no way to compare paths"), remedy));
            }
        }
    }
    Ok(comparison)
}

/// How each upstream compares paths, by its index; where there is none, the backends of checks at index 0. `check` is
/// `check.paths`. Express ignores case and a trailing slash unless it is told otherwise.
pub(crate) fn comparisons(
    upstreams: &[UpstreamConfig],
    bridges: &[BridgeConfig],
    check: Option<PathComparison>,
) -> Vec<PathComparison> {
    if upstreams.is_empty() {
        return vec![check.unwrap_or_default()];
    }
    let is_express = |index: usize, name: &str| {
        bridges.iter().any(|bridge| {
            let here = bridge.upstream.as_deref().map_or(index == 0, |upstream| upstream == name);
            here && bridge.kind == BridgeKind::Express
        })
    };
    let of = |(index, upstream): (usize, &UpstreamConfig)| {
        let by_framework = is_express(index, &upstream.name).then_some(PathComparison::LENIENT);
        upstream.paths.or(by_framework).or(check).unwrap_or_default()
    };
    upstreams.iter().enumerate().map(of).collect()
}
