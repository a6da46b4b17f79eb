//! The rate limit per client address on sign-ins, provider callbacks and codes.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use postern_config::Rate;

/// Counts per address. A subscriber usually has a whole /64 of IPv6, so that counts as one address.
pub struct Limiter {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Limiter {
    /// Allows bursts of the whole rate, refilled evenly over its time.
    pub fn new(rate: Rate) -> Self {
        let burst = NonZeroU32::new(rate.requests).unwrap_or(NonZeroU32::MIN);
        let refill = (rate.per / burst.get()).max(Duration::from_nanos(1));
        let quota = Quota::with_period(refill).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    /// Counts a request of this address.
    ///
    /// # Errors
    /// The time to wait, if the address exceeds its rate.
    pub fn count(&self, address: IpAddr) -> Result<(), Duration> {
        self.limiter.check_key(&subscriber(address)).map_err(|until| until.wait_time_from(self.clock.now()))
    }

    /// Forgets addresses that have their whole burst again. Call it now and then.
    pub fn forget_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_burst_and_a_subscriber_s_network_counts_as_one() {
        let limiter = Limiter::new(Rate { requests: 2, per: Duration::from_secs(3600) });
        let count = |text: &str| limiter.count(text.parse().unwrap());
        assert!(count("192.0.2.1").is_ok() && count("::ffff:192.0.2.1").is_ok());
        let wait = count("192.0.2.1").unwrap_err();
        assert!(wait > Duration::from_secs(1700) && wait <= Duration::from_secs(1800), "{wait:?}");
        assert!(count("192.0.2.2").is_ok());
        assert!(count("2001:db8::1").is_ok() && count("2001:db8::2").is_ok() && count("2001:db8::3").is_err());
        assert!(count("2001:db8:0:1::3").is_ok());
    }
}
