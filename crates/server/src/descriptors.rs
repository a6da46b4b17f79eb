//! File descriptors: connections of clients and to upstreams take no more than leaves some for everything else, so that a
//! flood stops neither the management listener nor the store.

use std::fmt;

use postern_config::Config;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Concurrent connections to the management endpoints.
pub(crate) const MANAGEMENT_CONNECTIONS: usize = 64;

/// Descriptors for listeners, logs, files that are read again, and the provider, besides the management connections and
/// the connections to the store.
const OTHERS: u64 = 64;

/// How the descriptors of the process are shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DescriptorShares {
    /// Descriptors that the configuration needs.
    needed: u64,
    /// Descriptors that the process may open.
    limit: u64,
    /// Concurrent connections of each listener.
    pub(crate) clients: usize,
    /// Concurrent requests of each upstream; `None`: as configured.
    pub(crate) upstream: Option<usize>,
}

/// Raises the soft limit of open files to the hard limit. The soft one is 1024 by default, for programs that use `select`.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Refused only where the system has a lower limit still; the shares follow what is left.
    let _refused = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

impl DescriptorShares {
    /// Shares the descriptors that this process may have by its hard limit, which [`raise_limit`] makes the soft one.
    pub(crate) fn of(config: &Config) -> Self {
        let listen = &config.listen;
        let listeners = 1 + u64::from(listen.ext_authz.is_some()) + u64::from(listen.redirect.is_some());
        let clients = u64::from(listen.max_connections);
        let upstreams = config.upstreams.iter().map(|upstream| upstream.max_connections.map_or(clients, u64::from));
        let reserve = MANAGEMENT_CONNECTIONS as u64 + u64::from(config.store.pool_size) + OTHERS;
        let limit = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
        Self::share(limit, reserve, (listeners, clients), &upstreams.collect::<Vec<_>>())
    }

    fn share(limit: u64, reserve: u64, (listeners, clients): (u64, u64), upstreams: &[u64]) -> Self {
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let needed = reserve + listeners * clients + upstreams.iter().sum::<u64>();
        if needed <= limit {
            return Self { needed, limit, clients: count(clients), upstream: None };
        }
        let free = limit.saturating_sub(reserve);
        let for_clients = if upstreams.is_empty() { free } else { free / 2 };
        let for_upstreams = (free - for_clients).checked_div(upstreams.len() as u64);
        Self {
            needed,
            limit,
            clients: count((for_clients / listeners).clamp(1, clients.max(1))),
            upstream: for_upstreams.map(|each| count(each.max(1))),
        }
    }

    /// Whether there are fewer descriptors than the configuration needs.
    pub(crate) fn is_short(&self) -> bool {
        self.needed > self.limit
    }
}

impl fmt::Display for DescriptorShares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { needed, limit, clients, .. } = self;
        if !self.is_short() {
            return write!(f, "{needed} of {limit} that this process may open are enough");
        }
        write!(
            f,
            "listen.max_connections and upstream.max_connections need {needed}, and this process may open {limit}, so that a \
             listener serves {clients} connections at a time; raise LimitNOFILE (systemd) or ulimits.nofile (containers), or \
             lower these keys"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_configuration_needs_is_given_if_it_is_there() {
        let shares = DescriptorShares::share(11_162, 138, (1, 10_000), &[1024]);
        assert!(!shares.is_short());
        assert_eq!((shares.clients, shares.upstream), (10_000, None));
        assert!(DescriptorShares::share(11_161, 138, (1, 10_000), &[1024]).is_short());
    }

    #[test]
    fn too_few_are_shared_so_that_the_reserve_is_never_used() {
        for (limit, listeners, upstreams, clients, upstream) in [
            (4096, 1, &[1024][..], 1979, Some(1979)),
            (4096, 2, &[1024, 1024], 989, Some(989)),
            (4096, 1, &[], 3958, None),
            (1024, 1, &[10_000], 443, Some(443)),
        ] {
            let shares = DescriptorShares::share(limit, 138, (listeners, 10_000), upstreams);
            assert_eq!((shares.clients, shares.upstream), (clients, upstream), "{limit} {listeners} {upstreams:?}");
            let used = shares.clients as u64 * listeners + shares.upstream.unwrap_or(0) as u64 * upstreams.len() as u64;
            assert!(shares.is_short() && used + 138 <= limit);
            assert!(shares.to_string().contains(&limit.to_string()) && shares.to_string().contains("LimitNOFILE"));
        }
        // Fewer than the reserve: one connection at a time is still served.
        let shares = DescriptorShares::share(100, 138, (1, 10), &[10]);
        assert_eq!((shares.clients, shares.upstream), (1, Some(1)));
    }

    #[test]
    fn a_limit_is_no_more_than_configured() {
        let shares = DescriptorShares::share(1024, 138, (1, 20), &[10_000]);
        assert_eq!((shares.clients, shares.upstream), (20, Some(443)));
    }
}
