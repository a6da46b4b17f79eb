//! Routes that never decide, and routes that decide less than they seem to.

use std::cmp::Ordering;

use http::Method;
use postern_model::access::Access;

use super::strictness::strictness;
use super::{HostPattern, Networks, Route, Rules};

/// A route that never decides: earlier ones take every request that it is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Its index.
    pub route: usize,
    /// The indices of those that take its requests; one, or several together.
    pub by: Vec<usize>,
}

/// A route of which an earlier one, that demands less, takes some requests while it is not meant as an exception: it
/// reaches beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Its index.
    pub route: usize,
    /// The index of the weaker one.
    pub earlier: usize,
    /// Whether the weaker one holds for some networks only, so that the same request is answered differently inside and
    /// outside of them.
    pub by_network: bool,
}

impl Rules {
    /// The routes that never decide.
    pub fn dead(&self) -> Vec<Dead> {
        let routes = self.routes().iter().enumerate();
        routes
            .filter_map(|(index, route)| {
                let earlier = self.routes().get(..index).unwrap_or_default();
                taken_by(route, earlier).map(|by| Dead { route: index, by })
            })
            .collect()
    }

    /// The routes that a weaker, earlier one partly shadows, each with the first such. Dead ones are not among them.
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
    /// Whether there is a request that both are for.
    pub fn meets(&self, other: &Self) -> bool {
        fn any_of<T>(these: &[T], those: &[T], meet: impl Fn(&T, &T) -> bool) -> bool {
            these.is_empty() || those.is_empty() || these.iter().any(|one| those.iter().any(|two| meet(one, two)))
        }
        self.path.meets(&other.path)
            && any_of(&self.methods, &other.methods, PartialEq::eq)
            && any_of(&self.hosts, &other.hosts, HostPattern::meets)
            && self.networks.meets(&other.networks)
    }

    /// Whether `earlier` is an exception from this route, as one writes them: a narrower path on the same hosts, or the
    /// same path for some of the methods. What is public for some networks is none: it opens to whoever is there what
    /// this route keeps shut.
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

/// Whether `earlier` lets somebody through whom `later` would stop.
fn is_weaker(earlier: &Route, later: &Route) -> bool {
    match strictness(earlier.access).cmp(&strictness(later.access)) {
        Ordering::Less => true,
        Ordering::Equal => {
            !later.principals.is_anyone() && earlier.principals != later.principals && earlier.access != Access::Deny
        }
        Ordering::Greater => false,
    }
}

/// The routes of `earlier` that together take every request of `route`; as few as are easily found. Hosts and methods are
/// looked at one by one and networks as a union; paths are not put together.
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

/// Which of these routes, that agree in all else, take every network of `route`.
fn networks_taken(route: &Route, here: &[&(usize, &Route)]) -> Option<Vec<usize>> {
    if let Some((index, _)) = here.iter().find(|(_, one)| one.networks.covers(&route.networks)) {
        return Some(vec![*index]);
    }
    // An empty union would read as no condition at all.
    if route.networks.is_any() || here.is_empty() {
        return None;
    }
    let together = here.iter().flat_map(|(_, one)| one.networks.named().iter().copied()).collect();
    Networks::new(together).covers(&route.networks).then(|| here.iter().map(|(index, _)| *index).collect())
}

/// Each item of a list, or once "any".
fn listed<T>(items: &[T]) -> Vec<Option<&T>> {
    if items.is_empty() { vec![None] } else { items.iter().map(Some).collect() }
}

fn holds_for_host(route: &Route, host: Option<&HostPattern>) -> bool {
    route.hosts.is_empty() || host.is_some_and(|host| route.hosts.iter().any(|outer| outer.covers(host)))
}

fn holds_for_method(route: &Route, method: Option<&Method>) -> bool {
    route.methods.is_empty() || method.is_some_and(|method| route.methods.contains(method))
}
