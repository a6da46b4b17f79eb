//! Upstreams of a core, each with the gateway's settings for its requests.

use std::sync::Arc;

use super::{Upstream, UpstreamConfig};
use crate::identity::Audience;
use crate::identity::bridge::Bridge;

/// Upstream, with its audience and withheld cookies.
pub(crate) struct RoutedUpstream {
    /// The client.
    pub(crate) upstream: Arc<Upstream>,
    /// Index of its audience.
    audience: usize,
    /// Names of the cookies that only the gateway sends to it.
    pub(crate) withheld_cookies: Vec<String>,
}

/// Upstreams in the order of the configuration.
pub(crate) struct Upstreams {
    all: Vec<RoutedUpstream>,
    /// The cookies that are withheld if there is no upstream.
    withheld_cookies: Vec<String>,
}

impl Upstreams {
    /// Takes upstreams with the audiences of their assertions, the bridges by the index of their upstream, and the
    /// audience for a gateway without upstreams. `withheld_cookies` are withheld from all; `reused` lends its
    /// connections to upstreams with the same index. Also returns the audiences: upstreams with equal ones and without
    /// bridges share theirs.
    pub(crate) fn new(
        configs: Vec<(UpstreamConfig, String)>,
        mut bridges: Vec<(usize, Bridge)>,
        audience: String,
        withheld_cookies: Vec<String>,
        reused: Option<&Self>,
    ) -> (Self, Vec<Audience>) {
        let mut audiences: Vec<Audience> = Vec::new();
        let mut all = Vec::with_capacity(configs.len());
        for (index, (config, audience)) in configs.into_iter().enumerate() {
            let bridge = bridges.iter().position(|(of, _)| *of == index).map(|found| bridges.swap_remove(found).1);
            let withheld = withheld_cookies.iter().cloned().chain(bridge.iter().flat_map(Bridge::names)).collect();
            let same = |known: &Audience| bridge.is_none() && known.bridge.is_none() && known.name == audience;
            let number = audiences.iter().position(same).unwrap_or(audiences.len());
            if number == audiences.len() {
                audiences.push(Audience { name: audience, bridge });
            }
            let upstream = match reused.and_then(|reused| reused.get(index)) {
                Some(reused) => Arc::clone(&reused.upstream),
                None => Arc::new(Upstream::new(config)),
            };
            all.push(RoutedUpstream { upstream, audience: number, withheld_cookies: withheld });
        }
        if all.is_empty() {
            audiences.push(Audience { name: audience, bridge: None });
        }
        (Self { all, withheld_cookies }, audiences)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&RoutedUpstream> {
        self.all.get(index)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &RoutedUpstream> {
        self.all.iter()
    }

    /// Returns the index of an upstream's audience.
    pub(crate) fn audience(&self, upstream: usize) -> usize {
        self.get(upstream).map_or(0, |routed| routed.audience)
    }

    /// Returns the cookies that only the gateway sends to an upstream.
    pub(crate) fn withheld_cookies(&self, upstream: usize) -> &[String] {
        self.get(upstream).map_or(&self.withheld_cookies, |routed| &routed.withheld_cookies)
    }
}
