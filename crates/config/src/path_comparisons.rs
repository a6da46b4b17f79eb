//! How each upstream compares paths: as configured, like its framework, or like the backends of checks.

use postern_authn::rules::PathComparison;

use crate::bridge::{BridgeConfig, BridgeKind};
use crate::upstream::UpstreamConfig;

/// Lists the comparison of each upstream by index; without upstreams, that of the backends of checks at index 0. `check`
/// is `check.paths`. Express ignores case and a trailing slash by default.
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
