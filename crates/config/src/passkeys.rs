//! `[passkeys]`: passkeys and security keys as second factors.

use std::net::IpAddr;

use postern_authn::rules::HostPattern;
use postern_model::web::Origin;

use crate::cookie_scope::{host_name, is_public_suffix};
use crate::route::RouteConfig;
use crate::table::Table;

/// Passkeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeysConfig {
    /// Relying party identifier: the public host, a parent domain of it, or another host of the gateway.
    pub relying_party: String,
    /// Whether the authenticator must verify the user.
    pub require_verification: bool,
}

/// Reads the section. `None`: switched off, or impossible because the public host is an address, which no credential can be
/// bound to.
pub(crate) fn read(table: &mut Table<'_>, public_url: Option<&Origin>) -> Option<PasskeysConfig> {
    let enabled = table.flag("enabled", true);
    let relying_party = table.make("relying_party", |text| match public_url.map(Origin::host) {
        Some(host) if host.parse::<IpAddr>().is_ok() => Err((
            format!("public_url has the address {host}, to which browsers bind no passkey"),
            "give the gateway a name",
        )),
        _ => Ok(text.to_owned()),
    });
    let require_verification = table.make("user_verification", |text| match text {
        "preferred" => Ok(false),
        "required" => Ok(true),
        other => Err((format!("{other:?} is not known"), "write \"preferred\" or \"required\"")),
    });
    let host = public_url?.host();
    (enabled && host.parse::<IpAddr>().is_err()).then(|| PasskeysConfig {
        relying_party: relying_party.unwrap_or_else(|| host.to_owned()),
        require_verification: require_verification.unwrap_or_default(),
    })
}

impl PasskeysConfig {
    /// Whether `relying_party` is a host other than the public one, at which browsers ask whether the pages of the public host
    /// may use its passkeys (Web Authentication Level 3, §5.11).
    pub fn has_related_origin(&self, public_url: &Origin) -> bool {
        !is_at_or_below(public_url.host(), &self.relying_party)
    }
}

/// Checks the relying party identifier against the hosts of the gateway.
pub(crate) fn check(root: &Table<'_>, public_url: &Origin, passkeys: &PasskeysConfig, routes: &[Option<RouteConfig>]) {
    let (text, host) = (passkeys.relying_party.as_str(), public_url.host());
    let remedy =
        "write the host of public_url, a parent domain of it such as \"example.com\", or the host of a [[route]]";
    let what = if text == host {
        return;
    } else if is_public_suffix(text) {
        format!("{text:?} is a domain where anybody may register names")
    } else if is_at_or_below(host, text) || serves(routes, text) {
        return;
    } else {
        format!("{text:?} is no parent domain of the public host {host}, and no other host of the gateway")
    };
    root.report("passkeys.relying_party", what, remedy);
}

fn is_at_or_below(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// Whether a route names this host. An unreadable route, which has an error of its own, might.
fn serves(routes: &[Option<RouteConfig>], host: &str) -> bool {
    let is = |known: &HostPattern| match known {
        HostPattern::Is(_) => host_name(known) == host,
        HostPattern::Below(_) => known.matches(host),
    };
    let names = |route: &RouteConfig| route.hosts.iter().any(is);
    routes.iter().any(|route| route.as_ref().is_none_or(names))
}
