//! Places for connections: so many in all, and so many for one client.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use postern_model::web::TrustedProxies;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::OwnedSemaphorePermit;

/// How many connections one client may have open. Trusted proxies, which carry the connections of many, are exempt.
#[derive(Debug)]
pub struct PerAddress {
    most: u32,
    exempt: TrustedProxies,
    open: Mutex<HashMap<IpAddr, u32>>,
}

/// The place of one connection; left when dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: Option<OwnedSemaphorePermit>,
    open: Gauge,
    counted: Option<(Arc<PerAddress>, IpAddr)>,
}

impl PerAddress {
    /// Takes the most that one may have, and who is exempt.
    pub fn new(most: u32, exempt: TrustedProxies) -> Self {
        Self { most, exempt, open: Mutex::default() }
    }

    /// Counts a connection; `false` if the client has as many as it may.
    fn enter(&self, client: IpAddr) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(client).or_insert(0);
        let free = *count < self.most;
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

impl Place {
    /// A place among all connections; without a permit, one that nobody waits for.
    pub(super) fn new(permit: Option<OwnedSemaphorePermit>, open: Gauge) -> Self {
        open.inc();
        Self { _permit: permit, open, counted: None }
    }

    /// Also takes one of the places that its client has. `false`: all are taken.
    pub(super) fn of(&mut self, per_address: Option<&Arc<PerAddress>>, client: Option<IpAddr>) -> bool {
        let (Some(all), Some(client)) = (per_address, client) else { return true };
        if all.exempt.contains(client) {
            return true;
        }
        let client = household(client);
        let free = all.enter(client);
        if free {
            self.counted = Some((Arc::clone(all), client));
        }
        free
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.dec();
        if let Some((all, client)) = &self.counted {
            all.leave(*client);
        }
    }
}

/// An IPv6 client has a network of 64 bits to itself (RFC 6177), so all of that is one client.
pub(super) fn household(client: IpAddr) -> IpAddr {
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

    fn place() -> Place {
        let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        Place::new(Some(permit), Gauge::default())
    }

    #[test]
    fn one_client_has_so_many_places_and_gives_them_back() {
        let all = Arc::new(PerAddress::new(2, TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()])));
        let take = |client: &str| {
            let mut place = place();
            place.of(Some(&all), Some(client.parse().unwrap())).then_some(place)
        };
        let (first, second) = (take("192.0.2.1"), take("::ffff:192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(take("192.0.2.1").is_none());
        assert!(take("192.0.2.2").is_some());
        drop(second);
        assert!(take("192.0.2.1").is_some());
        // One household of IPv6 is one client.
        let _both = (take("2001:db8::1").unwrap(), take("2001:db8::2").unwrap());
        assert!(take("2001:db8::3").is_none() && take("2001:db8:0:1::1").is_some());
        let proxies: Vec<_> = (0..10).map(|_| take("10.1.1.1").unwrap()).collect();
        drop((first, proxies));
        assert_eq!(all.open.lock().unwrap().len(), 1);
    }

    #[test]
    fn without_a_limit_or_an_address_nothing_is_counted() {
        assert!(place().of(None, Some("192.0.2.1".parse().unwrap())));
        let all = Arc::new(PerAddress::new(0, TrustedProxies::default()));
        assert!(place().of(Some(&all), None));
    }
}
