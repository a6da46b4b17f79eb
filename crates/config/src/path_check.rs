//! Warnings about routes whose path has another spelling that different rules apply to.

use std::iter;

use postern_authn::rules::{PathComparison, Route, RouteMatch, Rules};
use postern_model::access::Access;

use crate::bridge::BridgeConfig;
use crate::encoded_check;
use crate::path_comparisons::comparisons;
use crate::route::RouteConfig;
use crate::sample_request::{rule, with_query};
use crate::table::Table;
use crate::upstream::UpstreamConfig;

/// Maximum number of routes that one warning names.
const NAMED_MAX: usize = 5;

/// Reports routes for which another spelling of the path meets stricter rules, and routes that a different case of the
/// path bypasses unless the backend is case-sensitive.
pub(crate) fn check(
    root: &Table<'_>,
    routes: &[Option<RouteConfig>],
    upstreams: &[UpstreamConfig],
    bridges: &[BridgeConfig],
    check_paths: Option<PathComparison>,
) {
    let index = |name: &str| upstreams.iter().position(|upstream| upstream.name == name);
    let upstream = |route: &RouteConfig| route.upstream.as_deref().and_then(index).unwrap_or(0);
    let readable = routes.iter().map(|route| route.as_ref().map(|route| route.to_route(upstream(route), &[])));
    let Some(readable) = readable.collect::<Option<Vec<_>>>() else { return };
    let rules = Rules::new(readable).with_comparisons(comparisons(upstreams, bridges, check_paths));
    let mut unguarded = Vec::new();
    for (number, route) in rules.routes().iter().enumerate() {
        let path = route.path.example();
        let Some(own) = rule(&rules, route, &path).filter(|route_match| route_match.route == Some(number)) else {
            continue;
        };
        report_stricter(root, &rules, number, &own, &path);
        let said = upstreams.get(own.upstream).map_or(check_paths, |upstream| upstream.paths.or(check_paths));
        if said.is_none() && !rules.comparison(own.upstream).ignore_case && is_closed_further(route) {
            let other = rule(&rules, route, &path.to_ascii_uppercase());
            unguarded.extend(other.filter(|other| !rules.is_as_strict(other, &own)).map(|_| (own.upstream, number)));
        }
    }
    report_unguarded(root, &rules, &unguarded, upstreams.is_empty());
    encoded_check::check(root, &rules);
}

fn is_closed_further(route: &Route) -> bool {
    !route.principals.is_anyone() || !matches!(route.access, Access::Public | Access::FirstFactor | Access::Full)
}

fn report_stricter(root: &Table<'_>, rules: &Rules, number: usize, own: &RouteMatch, path: &str) {
    let Some(route) = rules.routes().get(number) else { return };
    let served = with_query(route, path, |query| rules.find_as_served(query, own.upstream));
    let Some(served) = served.filter(|served| !rules.is_as_strict(own, served)) else { return };
    let name = |route_match: &RouteMatch| match route_match
        .route
        .and_then(|index| Some((index, rules.routes().get(index)?)))
    {
        Some((index, route)) => format!("route[{index}] ({}, {})", route.path, route.access),
        None => "the default (full)".to_owned(),
    };
    let what = match rules.stricter(own, &served) {
        Some(_) => format!("{} holds for other spellings of this path and is stricter, so it decides", name(&served)),
        None => format!("{} holds for other spellings of this path, so that requests get 400", name(&served)),
    };
    let remedy = "let both demand the same, or say in paths which spellings the backend serves alike (\"exact\": none)";
    root.warn(&format!("route[{number}].path"), what, remedy);
}

fn report_unguarded(root: &Table<'_>, rules: &Rules, unguarded: &[(usize, usize)], checks_only: bool) {
    let mut upstreams: Vec<usize> = unguarded.iter().map(|(upstream, _)| *upstream).collect();
    upstreams.dedup();
    upstreams.sort_unstable();
    upstreams.dedup();
    for upstream in upstreams {
        let all = unguarded.iter().filter(|(of, _)| *of == upstream);
        let paths: Vec<String> =
            all.filter_map(|(_, number)| rules.routes().get(*number)).map(|route| route.path.to_string()).collect();
        let more = paths.len().saturating_sub(NAMED_MAX);
        let more = (more > 0).then(|| format!("{more} more"));
        let named = paths.into_iter().take(NAMED_MAX).chain(iter::once(more).flatten()).collect::<Vec<_>>().join(", ");
        let key = if checks_only { "check.paths".to_owned() } else { format!("upstream[{upstream}].paths") };
        let what = format!("with other letters in capitals these paths are ruled less strictly: {named}");
        let remedy = "write \"case-insensitive\" if the backend ignores case (Express, ASP.NET), else \"trailing-slash\" or \"exact\"";
        root.warn(&key, what, remedy);
    }
}
