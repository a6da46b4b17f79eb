//! Comparison of two route matches by strictness.

use postern_model::access::Access;

use super::{RouteMatch, RouteQuery, Rules};

impl Rules {
    /// Returns the stricter of two route matches on one request, with the upstream of `one`. `None` where they are not
    /// comparable: each admits a user whom the other denies.
    pub fn stricter(&self, one: &RouteMatch, other: &RouteMatch) -> Option<RouteMatch> {
        if self.is_as_strict(one, other) {
            return Some(*one);
        }
        self.is_as_strict(other, one).then_some(RouteMatch { upstream: one.upstream, ..*other })
    }

    /// Returns the strictest route match for a client whose address is unknown: it may be in any network that a route names.
    /// `route_match` is the one for a client in none of these networks. Where two route matches are not comparable (each admits a
    /// user whom the other denies), every user is denied.
    pub fn for_unknown_client(&self, route_match: RouteMatch, query: &RouteQuery<'_>) -> RouteMatch {
        if query.client.is_some() || !self.ask_for_the_client() {
            return route_match;
        }
        let elsewhere = self.matches_elsewhere(query, route_match.upstream);
        elsewhere.iter().fold(route_match, |strictest, other| {
            let closed = RouteMatch { access: Access::Deny, ..strictest };
            self.stricter(&strictest, other).unwrap_or(closed)
        })
    }

    /// Whether `one` denies every user whom `other` denies.
    pub fn is_as_strict(&self, one: &RouteMatch, other: &RouteMatch) -> bool {
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

/// Orders access levels: a greater value denies more sessions. Among levels that need a fresh factor, the shorter time
/// is the stricter.
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
