//! Who is asking: the session behind the cookie, and the checks that handlers share.

use std::time::Duration;

use http::HeaderValue;
use postern_authn::access::{Standing, Step};
use postern_keystore::{CookieRead, SessionToken};
use postern_model::session::SessionView;
use postern_model::web::ReturnUrl;

use crate::ask::{Ask, Fields};
use crate::pages::Shell;
use crate::portal::Portal;
use crate::trouble::Trouble;

/// What the session cookie says.
pub(crate) enum Visitor {
    /// No cookie.
    Stranger,
    /// A cookie whose session is over, or whose token has rotated.
    Stale,
    /// A cookie that cannot be believed.
    Confused,
    /// A session that is not over.
    Known(Box<SessionView>),
}

impl Portal {
    /// Reads the cookie and looks the session up.
    pub(crate) async fn visitor(&self, ask: &Ask) -> Result<Visitor, Trouble> {
        let token = match self.settings.cookie.read(&ask.headers) {
            CookieRead::Absent => return Ok(Visitor::Stranger),
            CookieRead::Refused => return Ok(Visitor::Confused),
            CookieRead::Token(token) => token,
        };
        Ok(self.authn.session(&token).await?.map_or(Visitor::Stale, |view| Visitor::Known(Box::new(view))))
    }

    /// The session, whatever its level; without one, the way to sign in and come back to `back`.
    pub(crate) async fn signed_in(&self, ask: &Ask, back: &str) -> Result<Box<SessionView>, Trouble> {
        match self.visitor(ask).await? {
            Visitor::Known(view) => Ok(view),
            Visitor::Confused => Err(Trouble::CookieRefused),
            Visitor::Stranger | Visitor::Stale => Err(self.step(Step::SignIn, back)),
        }
    }

    /// The session, with all done that policy and user demand; else the way to the missing step and back.
    pub(crate) async fn complete(&self, ask: &Ask, back: &str) -> Result<Box<SessionView>, Trouble> {
        let view = self.signed_in(ask, back).await?;
        match self.authn.standing(&view) {
            Standing::Complete => Ok(view),
            Standing::Waiting(step) => Err(self.step(step, back)),
            Standing::Over => Err(self.step(Step::SignIn, back)),
        }
    }

    /// Holds a form against the session it was made for.
    pub(crate) fn check_form(&self, view: &SessionView, form: &Fields) -> Result<(), Trouble> {
        match form.get("csrf") {
            Some(token) if self.authn.csrf_matches(view.session.id, token) => Ok(()),
            _ => Err(Trouble::FormRefused),
        }
    }

    /// A step that is missing, and the page where it is taken.
    pub(crate) fn step(&self, step: Step, back: &str) -> Trouble {
        Trouble::StepRequired(step, self.site.url_returning(step.page(), back))
    }

    /// The return URL that a query or form names, where it is one that we allow.
    pub(crate) fn return_url(&self, fields: &Fields) -> Option<ReturnUrl> {
        fields.get("rd").and_then(|candidate| self.site.return_url(candidate))
    }

    /// Where to go when nobody said so: the dashboard of the NetPilot profile, else the root.
    pub(crate) fn home(&self) -> ReturnUrl {
        let dashboard = self.site.legacy().and_then(|legacy| self.site.return_url(legacy.frontend_url.as_str()));
        dashboard.unwrap_or_else(|| self.site.default_return())
    }

    /// The frame for a page of this session.
    pub(crate) fn shell(&self, view: Option<&SessionView>) -> Shell {
        Shell {
            product: self.settings.product.clone(),
            provider: self.settings.provider.clone(),
            base: self.site.base_path().to_owned(),
            home: self.home().as_str().to_owned(),
            person: view.map(|view| view.user.email.clone()),
            csrf: view.map(|view| self.authn.csrf_token(view.session.id)).unwrap_or_default(),
        }
    }

    /// The cookie for a fresh token of this session; it lives as long as the session may.
    pub(crate) fn session_cookie(&self, token: &SessionToken, view: &SessionView) -> HeaderValue {
        let ends = view.session.first_factor_at.after(self.authn.policy().limits.lifetime);
        let left = ends.since(self.authn.now()).max(Duration::from_secs(1));
        self.settings.cookie.set(token, left)
    }
}
