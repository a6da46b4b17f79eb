//! The budget of HTTP/2 frames without payload that all connections of one client share.
//!
//! Each connection has its own [`FrameBudget`](crate::http2_frame_budget::FrameBudget). A client could multiply that by opening
//! many connections, so frames beyond the few that a healthy connection sends also count against the client. Trusted
//! proxies, which carry the connections of many clients, are exempt.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use postern_model::entropy::{Entropy, draw};
use postern_model::web::TrustedProxies;

use super::connection_limits::ipv6_prefix;

/// Frames in one burst: five times the burst of one connection.
const BURST: u64 = 10_000;
/// Number of budgets. Clients whose addresses hash to the same one share it, which matters only while one of them floods.
const CELLS: usize = 4_096;

/// The budgets of all clients, in a table of fixed size. Each budget regains one frame a millisecond.
#[derive(Debug)]
pub struct ClientFrameBudgets {
    exempt: TrustedProxies,
    /// Hash seed; keeps clients from choosing an address that shares a victim's budget.
    seed: u64,
    /// Per budget, the time in milliseconds at which it is full again (virtual scheduling algorithm, ITU-T I.371).
    full_at: Box<[AtomicU64]>,
}

/// The budget of one client.
#[derive(Clone, Debug)]
pub(crate) struct ClientFrameBudget {
    budgets: Arc<ClientFrameBudgets>,
    cell: usize,
}

impl ClientFrameBudgets {
    /// Makes full budgets for all clients but the exempt ones.
    pub fn new(exempt: TrustedProxies, entropy: &dyn Entropy) -> Self {
        let seed = u64::from_be_bytes(draw(entropy));
        Self { exempt, seed, full_at: (0..CELLS).map(|_| AtomicU64::new(0)).collect() }
    }

    /// The budget of a client; `None` for exempt clients and Unix sockets.
    pub(crate) fn of(self: &Arc<Self>, client: Option<IpAddr>) -> Option<ClientFrameBudget> {
        let client = client.filter(|client| !self.exempt.contains(*client))?;
        let mut hasher = DefaultHasher::new();
        (self.seed, ipv6_prefix(client)).hash(&mut hasher);
        let cell = usize::try_from(hasher.finish() % CELLS as u64).unwrap_or_default();
        Some(ClientFrameBudget { budgets: Arc::clone(self), cell })
    }
}

impl ClientFrameBudget {
    /// Takes `frames` out of the budget at `now`, in milliseconds. Returns `false`, and takes none, if fewer are left.
    pub(crate) fn spend(&self, frames: u32, now: u64) -> bool {
        let Some(full_at) = self.budgets.full_at.get(self.cell) else { return true };
        let spent = |at: u64| Some(at.max(now) + u64::from(frames)).filter(|then| *then <= now + BURST);
        full_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;

    impl Entropy for Ones {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(1);
        }
    }

    fn all() -> Arc<ClientFrameBudgets> {
        Arc::new(ClientFrameBudgets::new(TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]), &Ones))
    }

    fn of(all: &Arc<ClientFrameBudgets>, client: &str) -> Option<ClientFrameBudget> {
        all.of(Some(client.parse().unwrap()))
    }

    #[test]
    fn the_connections_of_a_client_share_one_allowance_that_comes_back_with_time() {
        let all = all();
        let share = |client| of(&all, client).unwrap();
        for _ in 0..5 {
            assert!(share("192.0.2.1").spend(2_000, 77));
        }
        assert!(!share("::ffff:192.0.2.1").spend(1, 77));
        assert!(share("192.0.2.1").spend(1, 78) && !share("192.0.2.1").spend(1, 78));
        assert!(share("192.0.2.2").spend(10_000, 77));
        // A refused call takes no frames, and a budget never exceeds one burst.
        assert!(!share("192.0.2.1").spend(10_001, 1 << 40) && share("192.0.2.1").spend(10_000, 1 << 40));
        assert!(share("2001:db8::1").spend(9_000, 77) && !share("2001:db8::ffff:2").spend(2_000, 77));
        assert!(share("2001:db8:0:1::1").spend(9_000, 77));
    }

    #[test]
    fn nobody_counts_for_trusted_proxies_and_those_without_an_address() {
        let all = all();
        assert!(of(&all, "10.1.2.3").is_none() && all.of(None).is_none());
    }

    #[test]
    fn the_room_does_not_grow_with_the_number_of_clients() {
        let all = all();
        for client in 0..100_000u32 {
            assert!(all.of(Some(std::net::Ipv4Addr::from_bits(client << 8).into())).is_none_or(|one| one.spend(1, 0)));
        }
        assert_eq!(all.full_at.len(), CELLS);
    }
}
