//! "This was not me": where mail about changes leads. The link has no authority: who follows it signs in, confirms with a fresh
//! second factor, and submits a form.

use http::StatusCode;
use postern_authn::access::Step;
use postern_model::session::SessionView;

use crate::error::PortalError;
use crate::pages::NotMePage;
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

impl Portal {
    /// `GET not-me`: says what will happen, and asks.
    pub(crate) async fn show_not_me(&self, request: &Request) -> Result<Response, PortalError> {
        let back = self.site.path("not-me");
        let view = self.complete(request, &back).await?;
        self.check_confirmed_lately(&view, &back)?;
        let page = NotMePage { shell: self.shell(Some(&view)), enrolled: view.factors.enrolled() };
        response::page(StatusCode::OK, &page)
    }

    /// `POST not-me`. This session stays: its user has just confirmed it, and goes on to look through the factors.
    pub(crate) async fn not_me(&self, request: &Request) -> Result<Response, PortalError> {
        let back = self.site.path("not-me");
        let view = self.complete(request, &back).await?;
        self.check_form(&view, &request.form())?;
        self.check_confirmed_lately(&view, &back)?;
        self.authn.end_everything_else(&view, &request.caller).await?;
        let response = response::see_other(&self.site.path("account?done=not-me"))?;
        let cleared = self.own_device(request, &view).map(|_| self.cleared_device(view.user.id));
        Ok(response::with_cookies(response, cleared))
    }

    /// Checks that the session verified a second factor a moment ago; the error asks for one. A user without a second factor has
    /// none to ask for.
    fn check_confirmed_lately(&self, view: &SessionView, back: &str) -> Result<(), PortalError> {
        if view.factors.enrolled() && !self.authn.confirmed_lately(view) {
            return Err(self.step(Step::Verify, back));
        }
        Ok(())
    }
}
