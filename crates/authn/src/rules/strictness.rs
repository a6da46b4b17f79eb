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
        let (mine, others) = (self.demand(one), self.demand(other));
        let within = match (mine.principals, others.principals) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(mine), Some(others)) => mine.is_within(others),
        };
        within
            && strictness(one.access) >= strictness(other.access)
            && mine.factor >= others.factor
            && mine.binding >= others.binding
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;
    use postern_model::access::{BindingDemand, FactorDemand};

    use super::*;
    use crate::rules::{Overlap, PathPattern, Route};

    fn route(path: &str, access: Access, factor: FactorDemand) -> Route {
        Route { factor, ..Route::new(PathPattern::parse(path).unwrap(), access) }
    }

    #[test]
    fn levels_are_ordered_and_of_two_that_need_a_fresh_factor_the_shorter_time_is_stricter() {
        let fresh = |seconds| Access::Fresh(Duration::from_secs(seconds));
        let [longer, shorter] = [fresh(300), fresh(60)];
        let levels =
            [Access::Public, Access::FirstFactor, Access::Full, Access::SecondFactor, longer, shorter, Access::Deny];
        assert!(levels.windows(2).all(|pair| strictness(pair[0]) < strictness(pair[1])));
    }

    #[test]
    fn the_kind_of_factor_is_a_requirement_of_its_own() {
        let (any, strong) = (FactorDemand::Any, FactorDemand::PhishingResistant);
        let fresh = Access::Fresh(Duration::from_secs(60));
        let rules = Rules::new(vec![
            route("/full", Access::Full, any),
            route("/strong", Access::Full, strong),
            route("/fresh", fresh, any),
            route("/both", fresh, strong),
            route("/closed", Access::Deny, any),
        ]);
        let at = |path| rules.find(&RouteQuery { host: "a.test", path, method: &Method::GET, client: None });
        let stricter = |one, other| rules.stricter(&at(one), &at(other)).and_then(|found| found.route);
        for (one, other, found) in [
            ("/full", "/strong", Some(1)),
            ("/strong", "/full", Some(1)),
            ("/strong", "/both", Some(3)),
            ("/fresh", "/both", Some(3)),
            ("/closed", "/both", Some(4)),
            // Each admits a session that the other refuses.
            ("/strong", "/fresh", None),
        ] {
            assert_eq!(stricter(one, other), found, "{one} and {other}");
        }
        assert!(!rules.agree(&at("/full"), &at("/strong")));
    }

    #[test]
    fn an_earlier_route_that_takes_any_factor_is_weaker() {
        let earlier = Route {
            methods: vec![Method::GET],
            ..route("/a/*", Access::Fresh(Duration::from_secs(60)), FactorDemand::Any)
        };
        let later = route("/a/b", Access::Full, FactorDemand::PhishingResistant);
        let overlaps = Rules::new(vec![earlier.clone(), later.clone()]).overlaps();
        assert_eq!(overlaps, [Overlap { route: 1, earlier: 0, by_network: false }]);
        let closed = Route { access: Access::Deny, ..earlier };
        assert_eq!(Rules::new(vec![closed, later]).overlaps(), []);
    }

    #[test]
    fn an_earlier_route_that_takes_any_device_is_weaker_and_one_that_demands_a_bound_one_is_not() {
        let bound = |path, binding| Route { binding, ..route(path, Access::Full, FactorDemand::Any) };
        for (earlier, later, weaker) in
            [(BindingDemand::Any, BindingDemand::Device, true), (BindingDemand::Device, BindingDemand::Any, false)]
        {
            let earlier = Route { methods: vec![Method::GET], ..bound("/a/*", earlier) };
            let overlaps = Rules::new(vec![earlier, bound("/a/b", later)]).overlaps();
            assert_eq!(!overlaps.is_empty(), weaker, "{later:?}");
        }
    }
}
