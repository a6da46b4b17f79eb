//! Warnings about the order of routes: routes that never match, and routes that an earlier, weaker route partly covers.

use postern_authn::rules::{Route, Rules};
use postern_keystore::{CookieScope, SameSite};
use postern_model::access::{Access, BindingDemand, FactorDemand};
use postern_model::web::Origin;

use crate::route::RouteConfig;
use crate::session::SessionConfig;
use crate::table::Table;

/// Maximum number of warnings of one kind; further ones are counted.
const WARNINGS_MAX: usize = 20;

/// Reports these warnings. `trusts_proxies` is whether any proxy or load balancer is trusted to name the client.
pub(crate) fn check(root: &Table<'_>, routes: &[Option<RouteConfig>], trusts_proxies: bool) {
    let readable = routes.iter().map(|route| Some(route.as_ref()?.to_route(0, &[]))).collect::<Option<Vec<_>>>();
    if let Some(readable) = readable {
        warn(root, &Rules::new(readable), trusts_proxies);
    }
}

/// Reports routes that require a phishing-resistant factor where nobody can have one: passkeys are the only one.
pub(crate) fn check_factors(root: &Table<'_>, routes: &[Option<RouteConfig>], passkeys: bool) {
    for (index, route) in routes.iter().enumerate().filter(|_| !passkeys) {
        if route.as_ref().is_some_and(|route| route.factor == FactorDemand::PhishingResistant) {
            let what = "passkeys are off, or public_url has an address instead of a name, so that nobody could pass"
                .to_owned();
            let remedy = "write passkeys.enabled = true and give public_url a name, or remove this key";
            root.report(&format!("route[{index}].factor"), what, remedy);
        }
    }
}

/// Reports what stands against binding sessions to their device, and routes that demand it where it is not offered.
pub(crate) fn check_binding(
    root: &Table<'_>,
    routes: &[Option<RouteConfig>],
    session: &SessionConfig,
    public_url: &Origin,
) {
    if !session.device_binding {
        let demanding = routes
            .iter()
            .enumerate()
            .filter(|(_, route)| route.as_ref().is_some_and(|route| route.binding == BindingDemand::Device));
        for (index, _) in demanding {
            let what = "session.device_binding is off, so that nobody could pass".to_owned();
            root.report(
                &format!("route[{index}].binding"),
                what,
                "write session.device_binding = \"offer\", or remove this key",
            );
        }
        return;
    }
    let hosts = routes.iter().flatten().flat_map(|route| &route.hosts);
    let other = hosts.map(ToString::to_string).find(|host| *host != public_url.authority());
    let obstacle = match (public_url.is_https(), &session.scope, other) {
        (false, ..) => Some("public_url is http, and browsers bind sessions over https only".to_owned()),
        (_, CookieScope { same_site: SameSite::None, .. }, _) => {
            Some("session.same_site is none, and the cookie of the device is not sent by other sites".to_owned())
        }
        (_, CookieScope { domain: Some(_), .. }, _) => {
            Some("session.cookie_domain is set, and the cookie of the device is of one host".to_owned())
        }
        (_, _, Some(other)) => {
            Some(format!("a route is for {other}, and sessions are bound at one host only, the one of public_url"))
        }
        _ => None,
    };
    if let Some(what) = obstacle {
        root.report("session.device_binding", what, "change that, or write \"off\"");
    }
}

fn warn(root: &Table<'_>, rules: &Rules, trusts_proxies: bool) {
    let name = |index: usize| {
        let path = rules.routes().get(index).map(|route| route.path.to_string()).unwrap_or_default();
        format!("route[{index}] ({path})")
    };
    let dead = rules.dead().into_iter().map(|dead| {
        let by = dead.by.iter().map(|index| name(*index)).collect::<Vec<_>>();
        let what = match by.as_slice() {
            [one] => format!("{one} comes first and takes every request that this one is meant for"),
            many => {
                format!("{} come first and together take every request that this one is meant for", many.join(", "))
            }
        };
        (dead.route, what, "put the narrower route first, or remove this one".to_owned())
    });
    report(root, "routes never decide", dead);

    let overlaps = rules.overlaps().into_iter().filter_map(|overlap| {
        let (weaker, later) = (rules.routes().get(overlap.earlier)?, rules.routes().get(overlap.route)?);
        let earlier = name(overlap.earlier);
        let demanded = format!("{} where this one demands {}", demanded(weaker), demanded(later));
        let (what, remedy) = match overlap.by_network {
            true => (
                format!("{earlier} comes first for clients in {}, and demands {demanded}", networks(weaker)),
                "keep it so only if everybody in those networks may have it".to_owned(),
            ),
            false => (
                format!("{earlier} comes first, takes a part of its requests, and demands {demanded}"),
                format!("put this route before {earlier}, or narrow one of the two"),
            ),
        };
        Some((overlap.route, what, remedy))
    });
    report(root, "routes are partly taken by weaker ones", overlaps);

    if !trusts_proxies {
        let open = rules.routes().iter().enumerate();
        let open = open.filter(|(_, route)| !route.networks.is_any() && weaker_than_full(route));
        let unsure = open.map(|(index, route)| {
            let what = format!(
                "trusted_proxies is empty, so a proxy in front would count as the client: if it stands in {}, this is \
                 {} for everybody",
                networks(route),
                route.access
            );
            (index, what, "list the proxy's address in trusted_proxies; with none in front all is well".to_owned())
        });
        report(root, "routes depend on the client's network", unsure);
    }
}

fn report(root: &Table<'_>, kind: &str, found: impl Iterator<Item = (usize, String, String)>) {
    let mut left = 0;
    for (count, (index, what, remedy)) in found.enumerate() {
        match count < WARNINGS_MAX {
            true => root.warn(&format!("route[{index}].path"), what, &remedy),
            false => left += 1,
        }
    }
    if left > 0 {
        let remedy = "correct those that are named, and check again";
        root.warn("route", format!("{left} more {kind} (the first {WARNINGS_MAX} are named)"), remedy);
    }
}

fn weaker_than_full(route: &Route) -> bool {
    matches!(route.access, Access::Public | Access::FirstFactor)
}

fn demanded(route: &Route) -> String {
    let factor = match route.factor {
        FactorDemand::Any => String::new(),
        factor => format!(" with a {factor} factor"),
    };
    let bound = match route.binding {
        BindingDemand::Any => "",
        BindingDemand::Device => ", bound to the device,",
    };
    if route.principals.is_anyone() {
        format!("{}{factor}{bound}", route.access)
    } else {
        format!("{}{factor}{bound} of {}", route.access, route.principals)
    }
}

fn networks(route: &Route) -> String {
    route.networks.named().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
