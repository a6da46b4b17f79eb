//! Detection of routes that never decide, and of routes that decide fewer requests than they seem to.

use std::cmp::Ordering;

use http::Method;
use postern_model::access::Access;

use super::strictness::strictness;
use super::{HostPattern, Networks, Route, Rules};

/// Route that never decides: earlier routes match every request that it would match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Index of the route.
    pub route: usize,
    /// Indices of the routes that match its requests: one, or several together.
    pub by: Vec<usize>,
}

/// Route that an earlier, weaker route partly shadows: the earlier one matches some of its requests without being an
/// exception from it, because it also matches requests beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Index of the route.
    pub route: usize,
    /// Index of the weaker route.
    pub earlier: usize,
    /// Whether the weaker route has a network condition, so that the same request is decided differently inside and
    /// outside of those networks.
    pub by_network: bool,
}

impl Rules {
    /// Returns the routes that never decide.
    pub fn dead(&self) -> Vec<Dead> {
        let routes = self.routes().iter().enumerate();
        routes
            .filter_map(|(index, route)| {
                let earlier = self.routes().get(..index).unwrap_or_default();
                taken_by(route, earlier).map(|by| Dead { route: index, by })
            })
            .collect()
    }

    /// Returns the routes that a weaker, earlier route partly shadows, each with the first shadowing route. Dead routes
    /// are left out.
    pub fn overlaps(&self) -> Vec<Overlap> {
        let dead = self.dead();
        let routes = self.routes().iter().enumerate();
        let alive = routes.filter(|(index, _)| !dead.iter().any(|dead| dead.route == *index));
        alive
            .filter_map(|(index, route)| {
                let mut earlier = self.routes().iter().take(index);
                let shadows =
                    |weaker: &Route| is_weaker(weaker, route) && weaker.meets(route) && !route.is_excepted_by(weaker);
                let earlier = earlier.position(shadows)?;
                let by_network = self.routes().get(earlier).is_some_and(|weaker| !weaker.networks.is_any());
                Some(Overlap { route: index, earlier, by_network })
            })
            .collect()
    }
}

impl Route {
    /// Whether some request matches both routes.
    pub fn meets(&self, other: &Self) -> bool {
        fn any_of<T>(these: &[T], those: &[T], meet: impl Fn(&T, &T) -> bool) -> bool {
            these.is_empty() || those.is_empty() || these.iter().any(|one| those.iter().any(|two| meet(one, two)))
        }
        self.path.meets(&other.path)
            && any_of(&self.methods, &other.methods, PartialEq::eq)
            && any_of(&self.hosts, &other.hosts, HostPattern::meets)
            && self.networks.meets(&other.networks)
    }

    /// Whether `earlier` is a deliberate exception from this route: a narrower path on the same hosts, or the same path
    /// for some of the methods. A route that is public for some networks is no exception: it grants clients in those
    /// networks what this route denies.
    fn is_excepted_by(&self, earlier: &Self) -> bool {
        let hosts = self.hosts.is_empty()
            || (!earlier.hosts.is_empty()
                && earlier.hosts.iter().all(|inner| self.hosts.iter().any(|outer| outer.covers(inner))));
        let methods = self.methods.is_empty()
            || (!earlier.methods.is_empty() && earlier.methods.iter().all(|method| self.methods.contains(method)));
        let narrower = !earlier.path.covers(&self.path);
        let inside = earlier.access == Access::Public && !earlier.networks.is_any() && self.networks.is_any();
        self.path.covers(&earlier.path) && hosts && (narrower || methods) && !inside
    }
}

/// Whether `earlier` admits a user whom `later` would deny.
fn is_weaker(earlier: &Route, later: &Route) -> bool {
    match strictness(earlier.access).cmp(&strictness(later.access)) {
        Ordering::Less => true,
        _ if earlier.access == Access::Deny => false,
        _ if earlier.factor < later.factor || earlier.binding < later.binding => true,
        Ordering::Equal => !later.principals.is_anyone() && earlier.principals != later.principals,
        Ordering::Greater => false,
    }
}

/// Returns routes of `earlier` that together match every request of `route`; the set is small but not necessarily
/// minimal. Hosts and methods are examined one by one and networks as a union; paths are not combined.
fn taken_by(route: &Route, earlier: &[Route]) -> Option<Vec<usize>> {
    let candidates: Vec<(usize, &Route)> =
        earlier.iter().enumerate().filter(|(_, earlier)| earlier.path.covers(&route.path)).collect();
    if candidates.is_empty() {
        return None;
    }
    let hosts = listed(&route.hosts);
    let methods = listed(&route.methods);
    let whole = |one: &Route| {
        hosts.iter().all(|host| holds_for_host(one, *host))
            && methods.iter().all(|method| holds_for_method(one, *method))
            && one.networks.covers(&route.networks)
    };
    if let Some((index, _)) = candidates.iter().find(|(_, one)| whole(one)) {
        return Some(vec![*index]);
    }
    let mut by = Vec::new();
    for host in &hosts {
        for method in &methods {
            let here: Vec<&(usize, &Route)> = candidates
                .iter()
                .filter(|(_, one)| holds_for_host(one, *host) && holds_for_method(one, *method))
                .collect();
            by.extend(networks_taken(route, &here)?);
        }
    }
    by.sort_unstable();
    by.dedup();
    Some(by)
}

/// Returns the routes, among those equal in all other conditions, that together cover every network of `route`.
fn networks_taken(route: &Route, here: &[&(usize, &Route)]) -> Option<Vec<usize>> {
    if let Some((index, _)) = here.iter().find(|(_, one)| one.networks.covers(&route.networks)) {
        return Some(vec![*index]);
    }
    // An empty union would mean no condition at all.
    if route.networks.is_any() || here.is_empty() {
        return None;
    }
    let together = here.iter().flat_map(|(_, one)| one.networks.named().iter().copied()).collect();
    Networks::new(together).covers(&route.networks).then(|| here.iter().map(|(index, _)| *index).collect())
}

/// Yields each item of a list, or "any" once if it is empty.
fn listed<T>(items: &[T]) -> Vec<Option<&T>> {
    if items.is_empty() { vec![None] } else { items.iter().map(Some).collect() }
}

fn holds_for_host(route: &Route, host: Option<&HostPattern>) -> bool {
    route.hosts.is_empty() || host.is_some_and(|host| route.hosts.iter().any(|outer| outer.covers(host)))
}

fn holds_for_method(route: &Route, method: Option<&Method>) -> bool {
    route.methods.is_empty() || method.is_some_and(|method| route.methods.contains(method))
}
