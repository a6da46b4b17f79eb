//! The portal: takes a request through routing, checks and one handler to its response.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::{HOST, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{Method, StatusCode};
use http_body::Body;
use postern_authn::Authn;
use postern_authn::sign_in::SignIn;
use postern_model::clock::Timestamp;
use postern_model::entropy::Entropy;
use postern_model::id::UserId;
use postern_model::session::Caller;
use postern_model::web::{Origin, Refused, RequestId, Requester, SESSION_CHALLENGE, Site, is_preflight, write_allowed};
use tracing::Instrument;

use crate::assets::Compressed;
use crate::body;
use crate::compression;
use crate::error::PortalError;
use crate::media_type::MediaType;
use crate::request::{Fields, Request};
use crate::response::{self, Response};
use crate::route::Route;
use crate::security::SecurityHeaders;
use crate::settings::PortalSettings;

/// Reason of a form whose code, passkey or ticket was not accepted.
const INVALID_CODE: &str = "INVALID_CODE";

/// The pages and the JSON API of one deployment. Cheap to share behind an `Arc`.
pub struct Portal {
    pub(crate) authn: Arc<Authn>,
    pub(crate) sign_in: Arc<SignIn>,
    pub(crate) site: Arc<Site>,
    pub(crate) settings: PortalSettings,
    pub(crate) compressed: Compressed,
    security: SecurityHeaders,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Portal {
    /// Takes the operations, the sign-in, the site, the settings, and the entropy for request identifiers.
    pub fn new(
        authn: Arc<Authn>,
        sign_in: Arc<SignIn>,
        site: Arc<Site>,
        settings: PortalSettings,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let security = SecurityHeaders::new(&site, &settings.form_targets, settings.hsts);
        Self { authn, sign_in, site, settings, compressed: Compressed::new(), security, entropy }
    }

    /// Whether the portal handles a path: every path below the base path (the caller handles `auth/…` first), and with
    /// the NetPilot profile the legacy paths. Compared byte for byte.
    pub fn owns(&self, path: &str) -> bool {
        Route::of(path, &self.site).is_some()
    }

    /// Whether a request counts against the rate limit of its client.
    pub fn is_limited(&self, method: &Method, path: &str) -> bool {
        Route::of(path, &self.site).is_some_and(|route| route.is_limited(method))
    }

    /// Answers a request. An unknown path gets a 404.
    pub async fn respond<B>(self: &Arc<Self>, request: http::Request<B>, caller: Caller) -> Response
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let started = self.authn.now();
        let (parts, body) = request.into_parts();
        let route = Route::of(parts.uri.path(), &self.site).unwrap_or(Route::Unknown);
        let visit = self.visit(route, &parts);
        let caller = Caller { language: Some(visit.language), ..caller };
        visit.scope(self.respond_to(route, (parts, body), caller, started)).await
    }

    async fn respond_to<B>(
        self: &Arc<Self>,
        route: Route,
        (parts, body): (Parts, B),
        caller: Caller,
        started: Timestamp,
    ) -> Response
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let api = route.is_api(&parts.method);
        let mut response = if route.is_api(&Method::POST) && is_preflight(&parts.method, &parts.headers) {
            let mut response = response::empty(StatusCode::NO_CONTENT);
            self.settings.cors.preflight(&parts.headers, response.headers_mut());
            response
        } else {
            let requester = Arc::new(OnceLock::new());
            let answer = self.answer(route, &parts, body, (caller, Arc::clone(&requester)), started).await;
            let mut response = answer.unwrap_or_else(|error| self.rescue(api, &error, &parts, started));
            if let Some(user) = requester.get() {
                response.extensions_mut().insert(Requester(*user));
            }
            // A page that shows a form again, with what was wrong. It is logged, but no identifier is told: a typing error is
            // not a case for support.
            if response.status() == StatusCode::BAD_REQUEST && response.extensions().get::<Refused>().is_none() {
                response.extensions_mut().insert(self.refused(INVALID_CODE));
            }
            if api || response.status() == StatusCode::UNAUTHORIZED {
                self.settings.cors.share(&parts.headers, response.headers_mut());
            }
            response
        };
        if response.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, SESSION_CHALLENGE);
        }
        self.security.apply(response.headers_mut());
        compression::apply(response, &parts, &self.settings.cookie).await
    }

    async fn answer<B>(
        self: &Arc<Self>,
        route: Route,
        parts: &Parts,
        body: B,
        (caller, requester): (Caller, Arc<OnceLock<UserId>>),
        started: Timestamp,
    ) -> Result<Response, PortalError>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if matches!(route, Route::Unknown | Route::Api(crate::route::ApiRoute::Unknown)) {
            return Err(PortalError::NotFound);
        }
        if !route.methods().contains(&parts.method) {
            return Err(PortalError::MethodNotAllowed(route.methods()));
        }
        let other_host = self.other_host(parts);
        if let Some(host) = other_host.as_ref().filter(|_| !route.is_of_every_host()) {
            return self.to_public_host(host, parts);
        }
        let api = route.is_api(&parts.method);
        let body = if parts.method == Method::POST && !route.is_of_browsers() {
            let cors = api.then_some(&self.settings.cors);
            write_allowed(&parts.headers, other_host.as_ref().unwrap_or(self.site.origin()), cors)
                .map_err(|_| PortalError::OriginRefused)?;
            body::read(body, &parts.headers, if api { MediaType::Json } else { MediaType::Form }).await?
        } else {
            Bytes::new()
        };
        let request = Request {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: Fields::parse(parts.uri.query().unwrap_or_default().as_bytes()),
            headers: parts.headers.clone(),
            caller,
            other_host,
            body,
            requester,
        };
        let visit = self.visit_of_form(&request);
        if request.is_read() && !matches!(route, Route::Callback | Route::HandOver) {
            return self.dispatch(route, &request, started).await;
        }
        // Runs in a separate task, so that it completes even if the client disconnects: an attempt that was counted is
        // then also logged.
        let portal = Arc::clone(self);
        let running = async move { portal.dispatch(route, &request, started).await };
        let running = RequestId::scope_of_current(Box::pin(visit.scope(running).in_current_span()));
        let finished = tokio::spawn(running).await;
        finished.unwrap_or_else(|error| Err(PortalError::internal("handler ended early", &error)))
    }

    /// Returns the host of the gateway that a request is for, if it is not the public one. The caller has refused
    /// requests that name an unserved host, or several hosts.
    fn other_host(&self, parts: &Parts) -> Option<Origin> {
        self.site.other_host(parts.headers.get(HOST)?.to_str().ok()?)
    }

    /// Redirects a browser from another host to the same page of the public one, whose cookie it needs. Other requests
    /// are refused.
    fn to_public_host(&self, host: &Origin, parts: &Parts) -> Result<Response, PortalError> {
        if parts.method == Method::POST {
            return Err(PortalError::OtherHost);
        }
        let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let path = parts.uri.path();
        let rd = query.get("rd").and_then(|rd| self.site.return_url_at(host, rd).or_else(|| self.site.return_url(rd)));
        let origin = self.site.origin();
        match rd {
            Some(rd) => {
                let rd = form_urlencoded::Serializer::new(String::new()).append_pair("rd", rd.as_str()).finish();
                response::see_other(&format!("{origin}{path}?{rd}"))
            }
            None => response::see_other(&format!("{origin}{path}")),
        }
    }
}
