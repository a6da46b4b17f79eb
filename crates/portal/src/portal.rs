//! The portal: one walk from a request to its answer.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use postern_authn::Authn;
use postern_authn::sign_in::SignIn;
use postern_keystore::SessionCookie;
use postern_model::clock::Timestamp;
use postern_model::entropy::Entropy;
use postern_model::session::Caller;
use postern_model::web::{Cors, Envelope, Origin, Refused, Site, is_navigation, is_preflight, write_allowed};

use crate::ask::{Ask, Fields};
use crate::body::{self, Kind};
use crate::pages::Notice;
use crate::reply::{self, Reply};
use crate::route::Route;
use crate::security::SecurityHeaders;
use crate::trouble::Trouble;

/// How the portal looks and where it may lead.
pub struct PortalSettings {
    /// The application behind the gate, as people know it.
    pub product: String,
    /// The identity provider, as people know it.
    pub provider: String,
    /// The session cookie.
    pub cookie: SessionCookie,
    /// Whose scripts may call the API.
    pub cors: Cors,
    /// Origins where the redirect after "Continue" leads: the provider's.
    pub form_targets: Vec<Origin>,
    /// Whether to send `Strict-Transport-Security` on https.
    pub hsts: bool,
    /// The key set that `jwks.json` shows, as JSON.
    pub jwks: Arc<dyn Fn() -> String + Send + Sync>,
    /// How long others may keep it, in seconds: short enough for a new key to be known before it is used.
    pub jwks_max_age: u64,
}

/// The pages and the JSON API of one deployment. Cheap to share behind an `Arc`.
pub struct Portal {
    pub(crate) authn: Arc<Authn>,
    pub(crate) sign_in: Arc<SignIn>,
    pub(crate) site: Arc<Site>,
    pub(crate) settings: PortalSettings,
    security: SecurityHeaders,
    entropy: Arc<dyn Entropy>,
}

impl Portal {
    /// Takes the operations, the sign-in, the addresses, the settings, and what identifiers are drawn from.
    pub fn new(
        authn: Arc<Authn>,
        sign_in: Arc<SignIn>,
        site: Arc<Site>,
        settings: PortalSettings,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let security = SecurityHeaders::new(&site, &settings.form_targets, settings.hsts);
        Self { authn, sign_in, site, settings, security, entropy }
    }

    /// Whether a path is answered here: everything below the base path (the caller takes `auth/…` out before it asks),
    /// and with the NetPilot profile the legacy paths. Compared byte for byte.
    pub fn owns(&self, path: &str) -> bool {
        Route::of(path, &self.site).is_some()
    }

    /// Answers a request. A path that is not ours gets the page that says so.
    pub async fn respond<B>(&self, request: Request<B>, caller: Caller) -> Response<Full<Bytes>>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let started = self.authn.now();
        let (parts, body) = request.into_parts();
        let route = Route::of(parts.uri.path(), &self.site).unwrap_or(Route::Unknown);
        let api = route.is_api(&parts.method);
        let mut reply = if route.is_api(&Method::POST) && is_preflight(&parts.method, &parts.headers) {
            let mut reply = reply::empty(StatusCode::NO_CONTENT);
            self.settings.cors.preflight(&parts.headers, reply.headers_mut());
            reply
        } else {
            let answer = self.answer(route, &parts, body, caller, started).await;
            let mut reply = answer.unwrap_or_else(|trouble| self.rescue(api, &trouble, &parts, started));
            if api || reply.status() == StatusCode::UNAUTHORIZED {
                self.settings.cors.share(&parts.headers, reply.headers_mut());
            }
            reply
        };
        self.security.apply(reply.headers_mut());
        reply
    }

    async fn answer<B>(
        &self,
        route: Route,
        parts: &Parts,
        body: B,
        caller: Caller,
        started: Timestamp,
    ) -> Result<Reply, Trouble>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if matches!(route, Route::Unknown | Route::Api(crate::route::ApiRoute::Unknown)) {
            return Err(Trouble::NotFound);
        }
        if !route.methods().contains(&parts.method) {
            return Err(Trouble::MethodNotAllowed(route.methods()));
        }
        let api = route.is_api(&parts.method);
        let body = if parts.method == Method::POST {
            let cors = api.then_some(&self.settings.cors);
            write_allowed(&parts.headers, self.site.origin(), cors).map_err(|_| Trouble::OriginRefused)?;
            body::read(body, &parts.headers, if api { Kind::Json } else { Kind::Form }).await?
        } else {
            Bytes::new()
        };
        let ask = Ask {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: Fields::parse(parts.uri.query().unwrap_or_default().as_bytes()),
            headers: parts.headers.clone(),
            caller,
            body,
        };
        self.dispatch(route, &ask, started).await
    }

    async fn dispatch(&self, route: Route, ask: &Ask, started: Timestamp) -> Result<Reply, Trouble> {
        match route {
            Route::Home => reply::see_other(&self.site.path("account")),
            Route::SignIn if ask.is_read() => self.show_sign_in(ask).await,
            Route::SignIn => self.start_sign_in(ask).await,
            Route::LegacyLogin => self.legacy_login(ask).await,
            Route::Callback => self.finish_sign_in(ask).await,
            Route::Verify if ask.is_read() => self.show_verify(ask).await,
            Route::Verify => self.verify(ask).await,
            Route::Enrol if ask.is_read() => self.show_enrol(ask).await,
            Route::Enrol => self.enrol(ask).await,
            Route::Account => self.show_account(ask).await,
            Route::AccountSessions => self.end_sessions(ask).await,
            Route::AccountCodes if ask.is_read() => self.ask_for_new_codes(ask).await,
            Route::AccountCodes => self.make_new_codes(ask).await,
            Route::AccountDisable if ask.is_read() => self.ask_to_disable(ask).await,
            Route::AccountDisable => self.disable(ask).await,
            Route::SignOut if ask.is_read() => self.show_sign_out(ask).await,
            Route::SignOut => self.sign_out(ask).await,
            Route::LegacyLogout if !ask.is_read() => self.api_sign_out(ask).await,
            Route::LegacyLogout if is_navigation(&ask.method, &ask.headers) => self.show_sign_out(ask).await,
            Route::LegacyLogout => Err(Trouble::MethodNotAllowed(&[Method::POST])),
            Route::Asset => self.asset(ask),
            Route::Jwks => Ok(self.jwks()),
            Route::Api(call) => self.api(call, ask, started).await,
            Route::Unknown => Err(Trouble::NotFound),
        }
    }

    /// The one place where trouble becomes an answer: JSON for the API and for scripts, else a redirect to the missing
    /// step or a page.
    fn rescue(&self, api: bool, trouble: &Trouble, parts: &Parts, started: Timestamp) -> Reply {
        let person = is_navigation(&parts.method, &parts.headers) || parts.method == Method::POST;
        let refused = self.refused(trouble.words().0);
        let mut reply = match trouble {
            Trouble::StepRequired(_, url) if !api && person => self.redirect_to_step(url),
            _ if api || is_script(parts) => self.envelope(trouble, started),
            _ => self.trouble_page(trouble, refused),
        };
        trouble.mark(&mut reply);
        refused.mark(&mut reply);
        if matches!(trouble, Trouble::CookieRefused) {
            reply = reply::with_cookies(reply, [self.settings.cookie.clear()]);
        }
        reply
    }

    /// What a refusal for this reason is known by: to who meets it, and in the log.
    pub(crate) fn refused(&self, code: &'static str) -> Refused {
        Refused::draw(self.entropy.as_ref(), code)
    }

    /// A page that says no, for this reason.
    pub(crate) fn refusal(&self, status: StatusCode, notice: Notice, code: &'static str) -> Result<Reply, Trouble> {
        let refused = self.refused(code);
        let mut reply = reply::page(status, &notice.refused(refused))?;
        refused.mark(&mut reply);
        Ok(reply)
    }

    fn redirect_to_step(&self, url: &str) -> Reply {
        let path = url.strip_prefix(self.site.origin().as_str()).unwrap_or(url);
        reply::see_other(path).unwrap_or_else(|_| reply::empty(StatusCode::INTERNAL_SERVER_ERROR))
    }

    fn envelope(&self, trouble: &Trouble, started: Timestamp) -> Reply {
        let now = self.authn.now();
        let body = Envelope { now, elapsed: now.since(started) }.failure(&trouble.problem());
        reply::json(trouble.status(), &body)
    }

    fn trouble_page(&self, trouble: &Trouble, refused: Refused) -> Reply {
        let (_, heading, message) = trouble.words();
        let shell = self.shell(None);
        let account = shell.path("account");
        let notice = Notice::new(shell, heading).say(message).refused(refused);
        let notice = match trouble {
            Trouble::StepRequired(step, url) => notice
                .offer(if *step == postern_authn::access::Step::SignIn { "Sign in" } else { "Go on" }, url.clone()),
            Trouble::CookieRefused => notice.offer("Sign in", self.site.path("sign-in")),
            _ => notice.offer("Go to your account", account),
        };
        reply::page(trouble.status(), &notice).unwrap_or_else(|_| reply::empty(trouble.status()))
    }
}

/// Whether a script or a program asks, which wants JSON: browsers say so, others do not accept HTML.
fn is_script(parts: &Parts) -> bool {
    let form = parts.method == Method::POST;
    !form && !is_navigation(&parts.method, &parts.headers)
}
