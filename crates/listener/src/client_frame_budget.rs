//! How many frames that carry nothing all connections of one client may send together.
//!
//! Every connection of HTTP/2 has its own allowance of them ([`Calm`](super::http2_frame_budget::Calm)); whoever opens a hundred
//! connections, or one after the other, has a hundred. So what goes beyond the little that any connection needs is also
//! taken from an allowance of the client's. Trusted proxies, which carry the connections of many, are exempt.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use postern_model::entropy::{Entropy, draw};
use postern_model::web::TrustedProxies;

use super::connection_limits::household;

/// Frames at once: what five connections may send.
const BURST: u64 = 10_000;
/// Allowances that are kept. Clients that fall on the same one share it, which matters only where one of them floods.
const CELLS: usize = 4_096;

/// The allowances of all clients, in a fixed room. A frame is earned each millisecond.
#[derive(Debug)]
pub struct Together {
    exempt: TrustedProxies,
    /// So that nobody can choose an address that shares somebody's allowance.
    seed: u64,
    /// When the whole burst will have been earned again, in milliseconds (the virtual scheduling algorithm of ITU-T I.371).
    whole: Box<[AtomicU64]>,
}

/// The allowance of one client.
#[derive(Clone, Debug)]
pub(super) struct Share {
    all: Arc<Together>,
    cell: usize,
}

impl Together {
    /// Takes who is exempt.
    pub fn new(exempt: TrustedProxies, entropy: &dyn Entropy) -> Self {
        let seed = u64::from_be_bytes(draw(entropy));
        Self { exempt, seed, whole: (0..CELLS).map(|_| AtomicU64::new(0)).collect() }
    }

    /// The allowance of a client; `None`: nobody counts.
    pub(super) fn share(self: &Arc<Self>, client: Option<IpAddr>) -> Option<Share> {
        let client = client.filter(|client| !self.exempt.contains(*client))?;
        let mut hasher = DefaultHasher::new();
        (self.seed, household(client)).hash(&mut hasher);
        let cell = usize::try_from(hasher.finish() % CELLS as u64).unwrap_or_default();
        Some(Share { all: Arc::clone(self), cell })
    }
}

impl Share {
    /// Takes so many frames out at this time, in milliseconds. `false`: there are not as many.
    pub(super) fn spend(&self, frames: u32, now: u64) -> bool {
        let Some(whole) = self.all.whole.get(self.cell) else { return true };
        let spent = |at: u64| Some(at.max(now) + u64::from(frames)).filter(|then| *then <= now + BURST);
        whole.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_ok()
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

    fn all() -> Arc<Together> {
        Arc::new(Together::new(TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]), &Ones))
    }

    fn of(all: &Arc<Together>, client: &str) -> Option<Share> {
        all.share(Some(client.parse().unwrap()))
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
        // What is refused costs nothing, and no more than a burst is ever saved up.
        assert!(!share("192.0.2.1").spend(10_001, 1 << 40) && share("192.0.2.1").spend(10_000, 1 << 40));
        assert!(share("2001:db8::1").spend(9_000, 77) && !share("2001:db8::ffff:2").spend(2_000, 77));
        assert!(share("2001:db8:0:1::1").spend(9_000, 77));
    }

    #[test]
    fn nobody_counts_for_trusted_proxies_and_those_without_an_address() {
        let all = all();
        assert!(of(&all, "10.1.2.3").is_none() && all.share(None).is_none());
    }

    #[test]
    fn the_room_does_not_grow_with_the_number_of_clients() {
        let all = all();
        for client in 0..100_000u32 {
            assert!(
                all.share(Some(std::net::Ipv4Addr::from_bits(client << 8).into())).is_none_or(|one| one.spend(1, 0))
            );
        }
        assert_eq!(all.whole.len(), CELLS);
    }
}
