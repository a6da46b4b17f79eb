//! Whether a client was seen before, for the mail about a new device. It decides nothing else: both the user agent and, within
//! a network, the address are a client's to choose.

use std::net::IpAddr;

use crate::session::Caller;

/// Whether a client is alike one of those that were seen: the same user agent apart from its digits, so that an update of the
/// browser is not a new one, in the same network (IPv4: 24 bits, IPv6: 48 bits).
pub fn is_known<'a>(caller: &Caller, seen: impl IntoIterator<Item = &'a Caller>) -> bool {
    let (browser, network) = (browser(caller), caller.address.map(network));
    seen.into_iter().any(|other| browser == self::browser(other) && network == other.address.map(self::network))
}

fn browser(caller: &Caller) -> String {
    caller.user_agent.iter().flat_map(|agent| agent.chars()).filter(|c| !c.is_ascii_digit()).collect()
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & 0xffff_ff00).into()),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & (u128::MAX << 80)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(address: &str, agent: &str) -> Caller {
        Caller::new(address.parse().ok(), Some(agent))
    }

    #[test]
    fn a_browser_stays_known_over_updates_and_within_its_network() {
        let seen = [caller("192.0.2.7", "Firefox/140.0 (X11)"), caller("2001:db8:1::7", "Safari/18")];
        for (address, agent, known) in [
            ("192.0.2.7", "Firefox/140.0 (X11)", true),
            ("192.0.2.200", "Firefox/141.5 (X11)", true),
            ("::ffff:192.0.2.1", "Firefox/1 (X11)", false),
            ("::ffff:192.0.2.1", "Firefox/1.0 (X11)", true),
            ("192.0.3.7", "Firefox/140.0 (X11)", false),
            ("192.0.2.7", "Chrome/140.0 (X11)", false),
            ("2001:db8:1:9::1", "Safari/26", true),
            ("2001:db8:2::7", "Safari/18", false),
            ("nowhere", "Safari/18", false),
        ] {
            assert_eq!(is_known(&caller(address, agent), &seen), known, "{address} {agent}");
        }
        assert!(!is_known(&seen[0], []));
    }
}
