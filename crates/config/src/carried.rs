//! `check.cookies`: whether checks over HTTP carry the backend's session, and deployments in which nothing would.

use postern_proxy::Compat;

use crate::table::Table;

/// Reads the key; `None`: not given.
pub(crate) fn read(table: &mut Table<'_>) -> Option<bool> {
    let given = table.given("cookies");
    let carried = table.flag("cookies", false);
    given.then_some(carried)
}

/// What decides how the backend's session of the NetPilot profile reaches it.
pub(crate) struct Ways<'c> {
    /// `check.cookies`, if given.
    pub(crate) check_cookies: Option<bool>,
    /// Whether Envoy can ask over gRPC.
    pub(crate) ext_authz: bool,
    /// The endpoints of other gateways.
    pub(crate) compat: &'c Compat,
}

/// Reports deployments without an upstream, where another proxy forwards, in which no proxy gets the backend's session.
pub(crate) fn check(root: &Table<'_>, ways: &Ways<'_>) {
    if ways.ext_authz {
        return;
    }
    if ways.check_cookies == Some(false) {
        let what = "there is no upstream, and checks over HTTP carry no backend session: the backend answers 401";
        let remedy = "write true and let the proxy copy Cookie of each answer (deploy/), add the backend as [[upstream]], or write \
                      legacy.flask_session = false";
        root.report("check.cookies", what.to_owned(), remedy);
    } else if ways.compat.oauth2_proxy.is_some() || ways.compat.authelia {
        let what =
            "there is no upstream, and the endpoints of [compat] carry no backend session: the backend answers 401";
        let remedy = "use the proxy's file in deploy/ with check.cookies, add the backend as [[upstream]], or write \
                      legacy.flask_session = false";
        root.report("legacy.flask_secret_key", what.to_owned(), remedy);
    }
}
