//! `[passkeys]`: passkeys and security keys as second factors.

use std::net::IpAddr;

use postern_model::web::Origin;

use crate::cookie_scope::is_public_suffix;
use crate::table::{Complaint, Table};

/// Passkeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeysConfig {
    /// Relying party identifier.
    pub relying_party: String,
    /// Whether the authenticator must verify the user.
    pub require_verification: bool,
}

/// Reads the section. `None`: switched off, or impossible because the public host is an address, which no credential can be
/// bound to.
pub(crate) fn read(table: &mut Table<'_>, public_url: Option<&Origin>) -> Option<PasskeysConfig> {
    let enabled = table.flag("enabled", true);
    let relying_party = table.make("relying_party", |text| match public_url {
        Some(origin) => relying_party(text, origin.host()),
        None => Ok(text.to_owned()),
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

fn relying_party(text: &str, host: &str) -> Result<String, Complaint> {
    let remedy = "write the host of public_url or a parent domain of it, such as \"example.com\"";
    if text == host {
        return Ok(text.to_owned());
    }
    if host.parse::<IpAddr>().is_ok() {
        return Err((
            format!("public_url has the address {host}, to which browsers bind no passkey"),
            "give the gateway a name",
        ));
    }
    if is_public_suffix(text) {
        return Err((format!("{text:?} is a domain where anybody may register names"), remedy));
    }
    match host.strip_suffix(text) {
        Some(rest) if rest.ends_with('.') => Ok(text.to_owned()),
        _ => Err((format!("{text:?} is no parent domain of the public host {host}"), remedy)),
    }
}
