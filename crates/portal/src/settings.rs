//! What a portal is made of besides its operations: names, cookie, origins, and what it asks other parts for.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use postern_authn::subject::Subject;
use postern_keystore::SessionCookie;
use postern_model::access::FactorDemand;
use postern_model::session::TokenHash;
use postern_model::web::{Cors, Origin};

use crate::brand::Brand;
use crate::language::Languages;

/// Returns the session of a token from a cache while the outage grace lasts. It may lack what only the store holds.
pub type OutageSessions = Arc<dyn Fn(TokenHash) -> Pin<Box<dyn Future<Output = OutageSession> + Send>> + Send + Sync>;

/// A cached session; `None` if none may be served.
pub type OutageSession = Option<Arc<dyn Subject + Send>>;

/// Returns the kind of second factor that a return URL demands of everybody; `None` if it demands none.
pub type FactorDemands = Arc<dyn Fn(&str) -> Option<FactorDemand> + Send + Sync>;

/// Display names, cookie, CORS and redirect targets of a portal.
pub struct PortalSettings {
    /// Display name of the application.
    pub product: String,
    /// Display name of the identity provider.
    pub provider: String,
    /// Logo, colours, and what stands at the foot.
    pub brand: Arc<Brand>,
    /// The languages of the pages.
    pub languages: Languages,
    /// The session cookie.
    pub cookie: SessionCookie,
    /// The origins whose scripts may call the API.
    pub cors: Cors,
    /// The provider's origins, which the redirect after the sign-in form leads to.
    pub form_targets: Vec<Origin>,
    /// Whether to send `Strict-Transport-Security` on https.
    pub hsts: bool,
    /// Finds sessions that may still be served while the store is unavailable.
    pub outage_sessions: OutageSessions,
    /// The second factors that return URLs demand.
    pub demands: FactorDemands,
    /// Returns the JSON Web Key Set of `jwks.json`.
    pub jwks: Arc<dyn Fn() -> String + Send + Sync>,
    /// Cache lifetime of the key set in seconds; shorter than the time between publishing a key and signing with it.
    pub jwks_max_age: u64,
}
