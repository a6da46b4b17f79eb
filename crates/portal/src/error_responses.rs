//! Errors as responses: a page for people, JSON for programs, a redirect where a step is missing.

use http::request::Parts;
use http::{Method, StatusCode};
use postern_authn::access::Step;
use postern_model::clock::Timestamp;
use postern_model::web::{Envelope, Refused, is_navigation};

use crate::error::PortalError;
use crate::language::Text;
use crate::pages::Notice;
use crate::portal::Portal;
use crate::response::{self, Response};

impl Portal {
    /// Renders an error: JSON for the API and for scripts, otherwise a redirect to the missing step or a page.
    pub(crate) fn rescue(&self, api: bool, error: &PortalError, parts: &Parts, started: Timestamp) -> Response {
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
