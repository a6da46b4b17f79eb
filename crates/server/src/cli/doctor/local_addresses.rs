//! The addresses of this machine or network namespace, as the kernel lists them in `/proc/net`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Returns the addresses at which other machines may reach this one: neither loopback nor link-local.
pub(super) fn outward() -> Vec<IpAddr> {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let mut all = ipv4(&read("/proc/net/fib_trie"));
    all.extend(ipv6(&read("/proc/net/if_inet6")));
    all.sort();
    all.dedup();
    all
}

/// Reads `/proc/net/fib_trie`: a line with an address, and then one that says that it is of this host.
fn ipv4(text: &str) -> Vec<IpAddr> {
    let lines: Vec<&str> = text.lines().collect();
    let local = lines.windows(2).filter_map(|pair| {
        let [address, kind] = pair else { return None };
        kind.contains("/32 host LOCAL").then(|| address.trim().strip_prefix("|-- ")?.parse::<Ipv4Addr>().ok())?
    });
    local.filter(|address| !address.is_loopback() && !address.is_link_local()).map(IpAddr::V4).collect()
}

/// Reads `/proc/net/if_inet6`: 32 hexadecimal digits, the interface, the prefix and the scope (0: global).
fn ipv6(text: &str) -> Vec<IpAddr> {
    let global = text.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        let (digits, scope) = (fields.next()?, fields.nth(2)?);
        let bits = u128::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 32 && scope == "00")?;
        Some(IpAddr::V6(Ipv6Addr::from_bits(bits)))
    });
    global.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_host_are_read_and_loopback_and_networks_left_out() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n     +-- 10.0.2.0/24 2 0 2\n        \
                    |-- 10.0.2.0\n           /24 link UNICAST\n        |-- 10.0.2.15\n           /32 host LOCAL\n        |-- 10.0.2.255\n           \
                    /32 link BROADCAST\n     +-- 127.0.0.0/8 2 0 2\n        |-- 127.0.0.1\n           /32 host LOCAL\n        |-- \
                    169.254.1.1\n           /32 host LOCAL\n";
        assert_eq!(ipv4(trie), ["10.0.2.15".parse::<IpAddr>().unwrap()]);
        let inet6 = "00000000000000000000000000000001 01 80 10 80       lo\n\
                     fe800000000000000000000000000001 02 40 20 80     eth0\n\
                     20010db8000000000000000000000007 02 40 00 80     eth0\n";
        assert_eq!(ipv6(inet6), ["2001:db8::7".parse::<IpAddr>().unwrap()]);
        assert!(ipv4("").is_empty() && ipv6("garbage\n\n").is_empty());
    }
}
