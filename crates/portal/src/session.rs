//! Looks up the session of a request, and holds the checks that handlers share.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use http::HeaderValue;
use postern_authn::access::{Standing, Step};
use postern_keystore::{CookieRead, SessionToken};
use postern_model::access::FactorDemand;
use postern_model::entropy::draw;
use postern_model::session::SessionView;
use postern_model::store::StoreError;
use postern_model::web::{ChallengeUi, ReturnUrl};

use crate::error::PortalError;
use crate::language::{Texts, Visit};
use crate::pages::Shell;
use crate::portal::Portal;
use crate::request::{Fields, Request};
use crate::response::{self, Response};

/// The result of looking up the session of a request.
pub(crate) enum SessionLookup {
    /// The request has no session cookie.
    Absent,
    /// The session ended, its token was rotated, or it is bound to a device that the request does not prove.
    Ended,
    /// The cookie is malformed or was sent more than once.
    InvalidCookie,
    /// The cookies are larger than the gateway reads.
    CookiesTooLarge,
    /// A session that has not ended.
    Active(Box<SessionView>),
}

impl Portal {
    /// Reads the cookie and looks up its session.
    pub(crate) async fn lookup_session(&self, request: &Request) -> Result<SessionLookup, PortalError> {
        let (token, bound) = self.settings.cookie.read_both(&request.headers);
        let token = match token {
            CookieRead::Absent => return Ok(SessionLookup::Absent),
            CookieRead::Refused => return Ok(SessionLookup::InvalidCookie),
            CookieRead::TooLarge => return Ok(SessionLookup::CookiesTooLarge),
            CookieRead::Token(token) => token,
        };
        let found = self.authn.session_at(&token, self.host(request), bound.as_ref()).await;
        let Some(view) = if_readable(found)? else { return Ok(SessionLookup::Ended) };
        // The first lookup is that of the request's own session.
        let _ = request.requester.set(view.user.id);
        self.authn.record_use(&view).await;
        Ok(SessionLookup::Active(Box::new(view)))
    }

    /// Returns the host that a request is for (its name, without a port).
    pub(crate) fn host<'r>(&'r self, request: &'r Request) -> &'r str {
        request.other_host.as_ref().unwrap_or(self.site.origin()).host()
    }

    /// Returns the session at any level; otherwise the error redirects to sign-in and back to `back`.
    pub(crate) async fn signed_in(&self, request: &Request, back: &str) -> Result<Box<SessionView>, PortalError> {
        match self.lookup_session(request).await? {
            SessionLookup::Active(view) => Ok(view),
            SessionLookup::InvalidCookie => Err(PortalError::CookieRefused),
            SessionLookup::CookiesTooLarge => Err(PortalError::CookiesTooLarge),
            SessionLookup::Absent | SessionLookup::Ended => Err(self.step(Step::SignIn, back)),
        }
    }

    /// Returns the session if no step is missing; otherwise the error redirects to the step and back.
    pub(crate) async fn complete(&self, request: &Request, back: &str) -> Result<Box<SessionView>, PortalError> {
        let view = self.signed_in(request, back).await?;
        match self.authn.standing(&view) {
            Standing::Complete => Ok(view),
            Standing::Waiting(step) => Err(self.step(step, back)),
            Standing::Over => Err(self.step(Step::SignIn, back)),
        }
    }

    /// Checks the CSRF token of a form.
    pub(crate) fn check_form(&self, view: &SessionView, form: &Fields) -> Result<(), PortalError> {
        match form.get("csrf") {
            Some(token) if self.authn.csrf_matches(view.session.id, token) => Ok(()),
            _ => Err(PortalError::FormRefused),
        }
    }

    /// Builds the error for a missing step, with the URL of its page.
    pub(crate) fn step(&self, step: Step, back: &str) -> PortalError {
        PortalError::StepRequired(step, self.site.url_returning(step.page(), back))
    }

    /// Returns the return URL of a query or form, if it is allowed.
    pub(crate) fn return_url(&self, fields: &Fields) -> Option<ReturnUrl> {
        fields.get("rd").and_then(|candidate| self.site.return_url(candidate))
    }

    /// Returns the default destination: the dashboard of the NetPilot profile, otherwise the root.
    pub(crate) fn home(&self) -> ReturnUrl {
        let dashboard = self.site.legacy().and_then(|legacy| self.site.return_url(legacy.frontend_url.as_str()));
        dashboard.unwrap_or_else(|| self.site.default_return())
    }

    /// Whether a URL requires a second factor under every policy. Redirecting there without one would loop.
    pub(crate) fn demands(&self, url: &str) -> bool {
        (self.settings.demands)(url).is_some()
    }

    /// Whether a URL requires a phishing-resistant second factor.
    pub(crate) fn demands_passkey(&self, url: &str) -> bool {
        (self.settings.demands)(url) == Some(FactorDemand::PhishingResistant)
    }

    /// Returns the destination without the step: the first of `rd`, the home page and the account page that does not
    /// require the step.
    pub(crate) fn way_out(&self, rd: Option<&str>) -> String {
        let home = self.home();
        let wanted = rd.into_iter().chain([home.as_str()]).find(|url| !self.demands(url));
        wanted.map_or_else(|| self.site.path("account"), str::to_owned)
    }

    /// Whether the gateway's pages ask for the second factor before a dashboard of the NetPilot profile is reached.
    pub(crate) fn asks_itself(&self) -> bool {
        self.site.legacy().is_some_and(|legacy| legacy.second_factor == ChallengeUi::Pages)
    }

    /// Builds the page frame for a session.
    pub(crate) fn shell(&self, view: Option<&SessionView>) -> Shell {
        let Visit { language, here } = Visit::current();
        let (product, provider) = (self.settings.product.clone(), self.settings.provider.clone());
        Shell {
            texts: Texts { language, product, provider },
            languages: self.settings.languages.clone(),
            here,
            brand: Arc::clone(&self.settings.brand),
            base: self.site.base_path().to_owned(),
            home: self.home().as_str().to_owned(),
            person: view.map(|view| view.user.email.clone()),
            csrf: view.map(|view| self.authn.csrf_token(view.session.id)).unwrap_or_default(),
            nonce: view.map(|_| self.draw_nonce()).unwrap_or_default(),
            passkeys: self.authn.passkeys_enabled(),
        }
    }

    /// Draws the nonce of a page's form.
    fn draw_nonce(&self) -> String {
        BASE64URL_NOPAD.encode(&draw::<16>(self.entropy.as_ref()))
    }

    /// Builds the session cookie for a new token. It expires with the session.
    pub(crate) fn session_cookie(&self, token: &SessionToken, view: &SessionView) -> HeaderValue {
        let ends = view.session.first_factor_at.after(self.authn.policy().limits.lifetime);
        let left = ends.since(self.authn.now()).max(Duration::from_secs(1));
        self.settings.cookie.set(token, left)
    }

    /// Adds the session cookie for a new token to a response.
    pub(crate) fn with_session_cookie(&self, response: Response, token: &SessionToken, view: &SessionView) -> Response {
        response::with_cookies(response, [self.session_cookie(token, view)])
    }
}

/// Returns a session that was found. One whose record cannot be read opens nothing, as at the gate, so that the pages of sign-in and
/// sign-out open: a new session heals a session's own row, and for an account's row the sign-in says what is wrong.
pub(crate) fn if_readable(found: Result<Option<SessionView>, StoreError>) -> Result<Option<SessionView>, StoreError> {
    match found {
        Err(error @ StoreError::Corrupt { .. }) => {
            tracing::error!(%error, "session refused: its record cannot be read");
            Ok(None)
        }
        found => found,
    }
}
