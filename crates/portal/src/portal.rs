//! The portal: takes a request through routing, checks and one handler to its response.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http::header::{HOST, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{Method, StatusCode};
use http_body::Body;
use postern_authn::Authn;
use postern_authn::access::Step;
use postern_authn::sign_in::SignIn;
use postern_authn::subject::Subject;
use postern_keystore::SessionCookie;
use postern_model::access::FactorDemand;
use postern_model::clock::Timestamp;
use postern_model::entropy::{Entropy, draw};
use postern_model::id::UserId;
use postern_model::session::{Caller, TokenHash};
use postern_model::web::{
    Cors, Envelope, Origin, Refused, RequestId, Requester, SESSION_CHALLENGE, Site, is_navigation, is_preflight,
    write_allowed,
};
use tracing::Instrument;

use crate::assets::Compressed;
use crate::body;
use crate::brand::Brand;
use crate::compression;
use crate::error::PortalError;
use crate::language::{Languages, Text};
use crate::media_type::MediaType;
use crate::pages::Notice;
use crate::request::{Fields, Request};
use crate::response::{self, Response};
use crate::route::Route;
use crate::security::SecurityHeaders;

/// Reason of a form whose code, passkey or ticket was not accepted.
const INVALID_CODE: &str = "INVALID_CODE";

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

/// The pages and the JSON API of one deployment. Cheap to share behind an `Arc`.
pub struct Portal {
    pub(crate) authn: Arc<Authn>,
    pub(crate) sign_in: Arc<SignIn>,
    pub(crate) site: Arc<Site>,
    pub(crate) settings: PortalSettings,
    pub(crate) compressed: Compressed,
    security: SecurityHeaders,
    entropy: Arc<dyn Entropy>,
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

    async fn dispatch(&self, route: Route, request: &Request, started: Timestamp) -> Result<Response, PortalError> {
        match route {
            Route::Home => response::see_other(&self.site.path("account")),
            Route::SignIn if request.is_read() => self.show_sign_in(request).await,
            Route::SignIn => self.start_sign_in(request).await,
            Route::LegacyLogin => self.legacy_login(request).await,
            Route::Callback => self.finish_sign_in(request).await,
            Route::HandOver => self.hand_over(request).await,
            Route::Language => self.choose_language(request),
            Route::Verify if request.is_read() => self.show_verify(request).await,
            Route::Verify => self.verify(request).await,
            Route::VerifySend => self.send_code(request).await,
            Route::Enrol if request.is_read() => self.show_enrol(request).await,
            Route::Enrol => self.enrol(request).await,
            Route::Account => self.show_account(request).await,
            Route::AccountSessions => self.end_sessions(request).await,
            Route::AccountDevices => self.forget_devices(request).await,
            Route::AccountCodes if request.is_read() => self.ask_for_new_codes(request).await,
            Route::AccountCodes => self.make_new_codes(request).await,
            Route::Codes if request.is_read() => self.show_codes(request).await,
            Route::Codes => self.codes_saved(request).await,
            Route::Device => self.show_device(request).await,
            Route::DeviceRegistration => self.register_device(request).await,
            Route::DeviceRefresh => self.refresh_device(request).await,
            Route::AccountEmailCodes if request.is_read() => self.ask_to_switch_email_codes(request).await,
            Route::AccountEmailCodes => self.switch_email_codes(request).await,
            Route::AccountNumber if request.is_read() => self.ask_for_number(request).await,
            Route::AccountNumber => self.change_number(request).await,
            Route::AccountNumberCode if request.is_read() => self.show_number_code(request).await,
            Route::AccountNumberCode => self.confirm_number(request).await,
            Route::AccountDisable if request.is_read() => self.ask_to_disable(request).await,
            Route::AccountDisable => self.disable(request).await,
            Route::AccountAddAuthenticator if request.is_read() => self.ask_to_add_authenticator(request).await,
            Route::AccountAddAuthenticator => self.begin_authenticator(request).await,
            Route::AccountNewAuthenticator if request.is_read() => self.show_new_authenticator(request).await,
            Route::AccountNewAuthenticator => self.add_authenticator(request).await,
            Route::AccountRenameAuthenticator => self.rename_authenticator(request).await,
            Route::AccountRemoveAuthenticator if request.is_read() => self.ask_to_remove_authenticator(request).await,
            Route::AccountRemoveAuthenticator => self.remove_authenticator(request).await,
            Route::AccountPasskeys => self.add_passkey(request).await,
            Route::AccountAddPasskey if request.is_read() => self.ask_to_add_passkey(request).await,
            Route::AccountAddPasskey => self.begin_passkey(request).await,
            Route::AccountRenamePasskey => self.rename_passkey(request).await,
            Route::AccountRemovePasskey if request.is_read() => self.ask_to_remove_passkey(request).await,
            Route::AccountRemovePasskey => self.remove_passkey(request).await,
            Route::NotMe if request.is_read() => self.show_not_me(request).await,
            Route::NotMe => self.not_me(request).await,
            Route::Kept if request.is_read() => self.show_kept(request).await,
            Route::Kept => self.give_up_kept(request).await,
            Route::KeptSend => self.send_kept(request).await,
            Route::SignOut if request.is_read() => self.show_sign_out(request).await,
            Route::SignOut => self.sign_out(request).await,
            Route::LegacyLogout if !request.is_read() => self.api_sign_out(request).await,
            Route::LegacyLogout if is_navigation(&request.method, &request.headers) => {
                self.show_sign_out(request).await
            }
            Route::LegacyLogout => Err(PortalError::MethodNotAllowed(&[Method::POST])),
            Route::Renewed => self.renewed(request).await,
            Route::Script => Ok(self.script(request)),
            Route::Asset => self.asset(request),
            Route::Jwks => Ok(self.jwks()),
            Route::RelatedOrigins => Ok(self.related_origins()),
            Route::Api(call) => self.api(call, request, started).await,
            Route::Unknown => Err(PortalError::NotFound),
        }
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

    /// Renders an error: JSON for the API and for scripts, otherwise a redirect to the missing step or a page.
    fn rescue(&self, api: bool, error: &PortalError, parts: &Parts, started: Timestamp) -> Response {
        let person = is_navigation(&parts.method, &parts.headers) || parts.method == Method::POST;
        let refused = self.refused(error.texts().0);
        let mut response = match error {
            PortalError::StepRequired(_, url) if !api && person => self.redirect_to_step(url),
            _ if api || is_script(parts) => self.envelope(error, started),
            _ => self.error_page(error, refused),
        };
        error.add_headers(response.headers_mut());
        refused.mark(&mut response);
        if matches!(error, PortalError::CookieRefused) {
            response = response::with_cookies(response, [self.settings.cookie.clear()]);
        }
        response
    }

    /// Draws the nonce of a page's form.
    pub(crate) fn draw_nonce(&self) -> String {
        BASE64URL_NOPAD.encode(&draw::<16>(self.entropy.as_ref()))
    }

    /// Draws the identifier of a refusal, which its page and the log show.
    pub(crate) fn refused(&self, code: &'static str) -> Refused {
        Refused::draw(self.entropy.as_ref(), code)
    }

    /// Renders the error page of a refusal with this code.
    pub(crate) fn refusal(
        &self,
        status: StatusCode,
        notice: Notice,
        code: &'static str,
    ) -> Result<Response, PortalError> {
        let refused = self.refused(code);
        let mut response = response::page(status, &notice.refused(refused))?;
        refused.mark(&mut response);
        Ok(response)
    }

    fn redirect_to_step(&self, url: &str) -> Response {
        let path = url.strip_prefix(self.site.origin().as_str()).unwrap_or(url);
        response::see_other(path).unwrap_or_else(|_| response::empty(StatusCode::INTERNAL_SERVER_ERROR))
    }

    fn envelope(&self, error: &PortalError, started: Timestamp) -> Response {
        let now = self.authn.now();
        let body = Envelope { now, elapsed: now.since(started) }.failure(&error.problem());
        response::json(error.status(), &body)
    }

    fn error_page(&self, error: &PortalError, refused: Refused) -> Response {
        let (_, heading, text) = error.texts();
        let shell = self.shell(None);
        let account = shell.path("account");
        let notice = Notice::new(shell, Text::new(heading)).say(Text::new(text)).refused(refused);
        let notice = match error {
            PortalError::StepRequired(step, url) => {
                let label = if *step == Step::SignIn { "frame-sign-in" } else { "frame-go-on" };
                notice.offer(Text::new(label), url.clone())
            }
            PortalError::CookieRefused => notice.sign_in(),
            PortalError::CookiesTooLarge => notice.offer(Text::new("frame-sign-in"), self.site.path("sign-in")),
            _ => notice.offer(Text::new("frame-to-account"), account),
        };
        response::page(error.status(), &notice).unwrap_or_else(|_| response::empty(error.status()))
    }
}

/// Whether the client is a script or another program, which gets JSON.
fn is_script(parts: &Parts) -> bool {
    let form = parts.method == Method::POST;
    !form && !is_navigation(&parts.method, &parts.headers)
}
