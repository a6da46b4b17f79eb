//! `[compat]`: endpoints of other gateways, for proxies configured for them.

use postern_proxy::{Compat, OAuth2ProxyCompat, TargetSource};

use crate::parse;
use crate::table::{Complaint, Table};

/// First path segments of the gateway's pages, the NetPilot profile and Authelia's endpoints.
const TAKEN: [&str; 6] = ["api", "authorize", "dev", "login", "logout", "me"];

const DEFAULT_PREFIX: &str = "/oauth2";

pub(crate) fn read(table: &mut Table<'_>, base_path: &str) -> Compat {
    let on = table.flag("oauth2_proxy", false);
    let prefix = table.make("oauth2_proxy_prefix", |text| prefix(text, base_path));
    let prefix = prefix.unwrap_or_else(|| DEFAULT_PREFIX.to_owned());
    let target = table.make("oauth2_proxy_target", |text| match text {
        "strict" => Ok(TargetSource::Strict),
        "forwarded" => Ok(TargetSource::Forwarded),
        "original-url" => Ok(TargetSource::OriginalUrl),
        other => Err((format!("{other:?} is no way to tell a target"), "use strict, forwarded or original-url")),
    });
    let target = target.unwrap_or(TargetSource::Strict);
    let differs = [
        ("oauth2_proxy_prefix", prefix != DEFAULT_PREFIX),
        ("oauth2_proxy_target", !matches!(target, TargetSource::Strict)),
    ];
    for (key, _) in differs.into_iter().filter(|(_, differs)| !on && *differs) {
        table.warn(
            key,
            "this counts only with oauth2-proxy's endpoints".to_owned(),
            "write compat.oauth2_proxy = true",
        );
    }
    let oauth2_proxy = on.then_some(OAuth2ProxyCompat { prefix, target });
    Compat { oauth2_proxy, authelia: table.flag("authelia", false) }
}

fn prefix(text: &str, base_path: &str) -> Result<String, Complaint> {
    let text = parse::base_path(text)
        .map_err(|_| (format!("{text:?} is no prefix"), "write it like /oauth2: a leading slash, none at the end"))?;
    let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    if first(&text) == first(base_path) || TAKEN.contains(&first(&text).as_str()) {
        return Err((
            format!("{text:?} begins like paths that are answered already"),
            "choose another, such as /oauth2",
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_takes_nothing_that_is_answered_already() {
        assert_eq!(prefix("/oauth2", "/postern").as_deref(), Ok("/oauth2"));
        assert_eq!(prefix("/a/b", "/postern").as_deref(), Ok("/a/b"));
        for bad in
            ["", "/", "oauth2", "/oauth2/", "/postern", "/postern/x", "/api", "/api/2fa", "/login", "/a b", "/.."]
        {
            assert!(prefix(bad, "/postern").is_err(), "{bad}");
        }
    }
}
