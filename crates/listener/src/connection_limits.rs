//! Limits of open connections and of requests: in total, and per client.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use postern_model::web::TrustedProxies;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::OwnedSemaphorePermit;

/// Limit of open connections, or of requests in flight, per client. Trusted proxies are exempt, because they carry
/// those of many clients.
#[derive(Debug)]
pub struct LimitPerAddress {
    max: u32,
    exempt: TrustedProxies,
    open: Mutex<HashMap<IpAddr, u32>>,
}

/// The slot of one connection; freed when dropped.
#[derive(Debug)]
pub(crate) struct ConnectionSlot {
    _permit: Option<OwnedSemaphorePermit>,
    open: Gauge,
    counted: Option<Counted>,
}

/// A connection or a request that counts for its client until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted(Arc<LimitPerAddress>, IpAddr);

/// The client is at its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LimitReached;

impl LimitPerAddress {
    /// Makes a limit of `max` per client that does not apply to `exempt` peers.
    pub fn new(max: u32, exempt: TrustedProxies) -> Self {
        Self { max, exempt, open: Mutex::default() }
    }

    /// Counts one for a client, unless there is no limit or the client is exempt.
    ///
    /// # Errors
    /// [`LimitReached`]: it is not counted.
    pub(crate) fn count(limit: Option<&Arc<Self>>, client: Option<IpAddr>) -> Result<Option<Counted>, LimitReached> {
        let (Some(limit), Some(client)) = (limit, client) else { return Ok(None) };
        if limit.exempt.contains(client) {
            return Ok(None);
        }
        let client = ipv6_prefix(client);
        if limit.enter(client) { Ok(Some(Counted(Arc::clone(limit), client))) } else { Err(LimitReached) }
    }

    /// Counts one. Returns `false` if the client is at its limit.
    fn enter(&self, client: IpAddr) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(client).or_insert(0);
        let free = *count < self.max;
        *count += u32::from(free);
        free
    }

    fn leave(&self, client: IpAddr) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&client) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&client);
            }
        }
    }
}

impl ConnectionSlot {
    /// A slot in the total; without a permit it is counted by the gauge only.
    pub(crate) fn new(permit: Option<OwnedSemaphorePermit>, open: Gauge) -> Self {
        open.inc();
        Self { _permit: permit, open, counted: None }
    }

    /// Also takes a slot of its client. Returns `false` if the client is at its limit.
    pub(crate) fn claim(&mut self, per_address: Option<&Arc<LimitPerAddress>>, client: Option<IpAddr>) -> bool {
        match LimitPerAddress::count(per_address, client) {
            Ok(counted) => {
                self.counted = counted;
                true
            }
            Err(LimitReached) => false,
        }
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.open.dec();
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.leave(self.1);
    }
}

/// The address that identifies a client: IPv4 as it is, IPv6 by its /64, which one subscriber usually has (RFC 6177).
pub(crate) fn ipv6_prefix(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::Semaphore;

    fn slot() -> ConnectionSlot {
        let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        ConnectionSlot::new(Some(permit), Gauge::default())
    }

    #[test]
    fn one_client_has_so_many_places_and_gives_them_back() {
        let all = Arc::new(LimitPerAddress::new(2, TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()])));
        let take = |client: &str| {
            let mut slot = slot();
            slot.claim(Some(&all), Some(client.parse().unwrap())).then_some(slot)
        };
        let (first, second) = (take("192.0.2.1"), take("::ffff:192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(take("192.0.2.1").is_none());
        assert!(take("192.0.2.2").is_some());
        drop(second);
        assert!(take("192.0.2.1").is_some());
        // One client_network of IPv6 is one client.
        let _both = (take("2001:db8::1").unwrap(), take("2001:db8::2").unwrap());
        assert!(take("2001:db8::3").is_none() && take("2001:db8:0:1::1").is_some());
        let proxies: Vec<_> = (0..10).map(|_| take("10.1.1.1").unwrap()).collect();
        drop((first, proxies));
        assert_eq!(all.open.lock().unwrap().len(), 1);
    }

    #[test]
    fn without_a_limit_or_an_address_nothing_is_counted() {
        assert!(slot().claim(None, Some("192.0.2.1".parse().unwrap())));
        let all = Arc::new(LimitPerAddress::new(0, TrustedProxies::default()));
        assert!(slot().claim(Some(&all), None));
    }
}
