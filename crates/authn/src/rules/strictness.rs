//! Which of two rulings lets fewer requests through.

use postern_model::access::Access;

use super::{Asked, Rules, Ruling};

impl Rules {
    /// The stricter of two rulings on one request, to the upstream of `one`. `None` where neither is: each lets somebody
    /// through whom the other stops.
    pub fn stricter(&self, one: &Ruling, other: &Ruling) -> Option<Ruling> {
        if self.is_as_strict(one, other) {
            return Some(*one);
        }
        self.is_as_strict(other, one).then_some(Ruling { upstream: one.upstream, ..*other })
    }

    /// The strictest ruling on a request of a client whose address is not known: it may be in any network that a route
    /// names. `ruling` holds for a client that is in none of them. Where two of the rulings each let somebody through whom
    /// the other stops, nobody is let through.
    pub fn for_unknown_client(&self, ruling: Ruling, asked: &Asked<'_>) -> Ruling {
        if asked.client.is_some() || !self.ask_for_the_client() {
            return ruling;
        }
        let elsewhere = self.rulings_elsewhere(asked, ruling.upstream);
        elsewhere.iter().fold(ruling, |strictest, other| {
            let closed = Ruling { access: Access::Deny, ..strictest };
            self.stricter(&strictest, other).unwrap_or(closed)
        })
    }

    /// Whether `one` stops everybody whom `other` stops.
    pub fn is_as_strict(&self, one: &Ruling, other: &Ruling) -> bool {
        if one.access == Access::Deny {
            return true;
        }
        let within = match (self.demand(one).principals, self.demand(other).principals) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(mine), Some(others)) => mine.is_within(others),
        };
        within && strictness(one.access) >= strictness(other.access)
    }
}

/// Orders access levels: a greater value stops more sessions. Among fresh ones the shorter time is the stricter.
pub(super) fn strictness(access: Access) -> (u8, i128) {
    match access {
        Access::Public => (0, 0),
        Access::FirstFactor => (1, 0),
        Access::Full => (2, 0),
        Access::SecondFactor => (3, 0),
        Access::Fresh(span) => (4, -i128::try_from(span.as_millis()).unwrap_or(i128::MAX)),
        Access::Deny => (5, 0),
    }
}
