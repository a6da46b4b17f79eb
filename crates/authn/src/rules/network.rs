//! Network condition of a route.

use std::net::IpAddr;

use ipnet::IpNet;

/// Set of networks. An empty set is no condition: it admits every client, with a known address or without.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    named: Vec<IpNet>,
    // Disjoint and sorted by first address, so that one binary search suffices.
    joined: Vec<IpNet>,
}

impl Networks {
    /// Builds the set from networks.
    pub fn new(named: Vec<IpNet>) -> Self {
        let mut joined = IpNet::aggregate(&named);
        joined.sort_by_key(IpNet::network);
        Self { named, joined }
    }

    /// Whether the set is empty, hence no condition.
    pub fn is_any(&self) -> bool {
        self.named.is_empty()
    }

    /// Returns the networks as given.
    pub fn named(&self) -> &[IpNet] {
        &self.named
    }

    /// Whether the condition holds. A client whose address is unknown is in no network.
    pub fn admit(&self, client: Option<IpAddr>) -> bool {
        self.is_any() || client.is_some_and(|client| self.contains(client))
    }

    /// Whether this set admits every client that `other` admits.
    pub fn covers(&self, other: &Self) -> bool {
        let within = |inner: &IpNet| self.joined.iter().any(|outer| outer.contains(inner));
        self.is_any() || (!other.is_any() && other.joined.iter().all(within))
    }

    /// Whether some client is admitted by both sets.
    pub fn meets(&self, other: &Self) -> bool {
        let touch = |one: &IpNet| other.joined.iter().any(|two| one.contains(two) || two.contains(one));
        self.is_any() || other.is_any() || self.joined.iter().any(touch)
    }

    fn contains(&self, client: IpAddr) -> bool {
        let client = client.to_canonical();
        let after = self.joined.partition_point(|network| network.network() <= client);
        let candidate = after.checked_sub(1).and_then(|index| self.joined.get(index));
        candidate.is_some_and(|network| network.contains(&client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn networks(texts: &[&str]) -> Networks {
        Networks::new(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn an_unknown_client_is_in_no_network() {
        assert!(networks(&[]).admit(None));
        assert!(!networks(&["10.0.0.0/8", "::/1"]).admit(None));
    }

    #[test]
    fn mapped_addresses_count_as_ipv4() {
        assert!(networks(&["10.0.0.0/8"]).admit(Some("::ffff:10.1.2.3".parse().unwrap())));
    }

    #[test]
    fn halves_cover_their_whole() {
        assert!(networks(&["10.0.0.0/9", "10.128.0.0/9"]).covers(&networks(&["10.0.0.0/8"])));
        assert!(!networks(&["10.0.0.0/9"]).covers(&networks(&["10.0.0.0/8"])));
        assert!(!networks(&["10.0.0.0/9"]).covers(&networks(&[])));
        assert!(networks(&["10.0.0.0/8"]).meets(&networks(&["10.1.0.0/16"])));
        assert!(!networks(&["10.0.0.0/8"]).meets(&networks(&["fd00::/8", "192.0.2.0/24"])));
    }

    proptest! {
        #[test]
        fn searching_is_looking_at_each(
            named in proptest::collection::vec((any::<u8>(), any::<u8>(), 8_u8..=24, any::<bool>()), 0..12),
            client in (any::<u8>(), any::<u8>(), any::<bool>()),
        ) {
            let address = |a: u8, b: u8, six: bool| -> IpAddr {
                if six { [0xfd00 | u16::from(a % 4), u16::from(b), 0, 0, 0, 0, 0, 1].into() } else { [a % 4, b, 0, 1].into() }
            };
            let named: Vec<IpNet> =
                named.into_iter().map(|(a, b, length, six)| IpNet::new(address(a, b, six), length).unwrap().trunc()).collect();
            let client = address(client.0, client.1, client.2);
            let naive = named.is_empty() || named.iter().any(|network| network.contains(&client));
            prop_assert_eq!(Networks::new(named).admit(Some(client)), naive);
        }
    }
}
