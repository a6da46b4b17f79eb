//! Forms that were kept while a step was missing: offered to be sent, sent once, or given up.

use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use postern_authn::kept_posts::{FormPost, Found};
use postern_model::kept_post::fields;
use postern_model::session::SessionView;

use crate::error::PortalError;
use crate::language::Text;
use crate::pages::{KeptPage, Notice};
use crate::portal::Portal;
use crate::request::{Fields, Request};
use crate::response::{self, Response};

impl Portal {
    /// `GET kept`: asks whether to send a form. Nothing is sent without a click, since the person may have changed their mind.
    pub(crate) async fn show_kept(&self, request: &Request) -> Result<Response, PortalError> {
        let token = named(&request.query);
        let view = self.complete(request, &self.kept_path(token)).await?;
        let form = match self.authn.kept_posts().find(view.user.id, token).await? {
            Found::Form(form) => form,
            other => return self.not_kept(&view, &other),
        };
        let Some(fields) = fields(&form.body) else { return self.changed(&view) };
        let path = form.target.split('?').next().unwrap_or_default();
        let place = format!("{}{path}", self.site.origin().authority());
        let page = KeptPage { shell: self.shell(Some(&view)), place, token: token.to_owned(), fields };
        response::page(StatusCode::OK, &page)
    }

    /// `POST kept`: gives a form up.
    pub(crate) async fn give_up_kept(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let token = named(&form);
        let view = self.complete(request, &self.kept_path(token)).await?;
        self.check_form(&view, &form)?;
        let kept = self.authn.kept_posts();
        if matches!(kept.find(view.user.id, token).await?, Found::Form(_)) {
            kept.take(token).await?;
            tracing::info!(user.id = %view.user.id, "kept form given up");
        }
        response::see_other(self.home().as_str())
    }

    /// `POST kept/send`: has the browser send the form to the application, if what it posted is what was kept. The token in the
    /// query is what no other site knows: it is good for one form of one user, once.
    pub(crate) async fn send_kept(&self, request: &Request) -> Result<Response, PortalError> {
        let token = named(&request.query);
        let view = self.complete(request, &self.kept_path(token)).await?;
        let kept = self.authn.kept_posts();
        let form = match kept.find(view.user.id, token).await? {
            Found::Form(form) => form,
            other => return self.not_kept(&view, &other),
        };
        if form.body != request.body {
            return self.changed(&view);
        }
        if !kept.take(token).await? {
            return self.not_kept(&view, &Found::Nothing);
        }
        tracing::info!(user.id = %view.user.id, "kept form sent on");
        self.repeat(&form)
    }

    /// Redirects with the method and the body as they are (RFC 9110 §15.4.8). The location is absolute: a target that begins with
    /// two slashes would name another host.
    fn repeat(&self, form: &FormPost) -> Result<Response, PortalError> {
        let location = HeaderValue::try_from(format!("{}{}", self.site.origin(), form.target))
            .map_err(|error| PortalError::internal("a location is no header value", &error))?;
        let mut response = response::empty(StatusCode::TEMPORARY_REDIRECT);
        response.headers_mut().insert(LOCATION, location);
        Ok(response)
    }

    fn not_kept(&self, view: &SessionView, found: &Found) -> Result<Response, PortalError> {
        let (code, heading, text) = match found {
            Found::OfAnother => ("FORM_OF_ANOTHER_ACCOUNT", "kept-not-sent-heading", "kept-other"),
            Found::Nothing | Found::Form(_) => ("NO_KEPT_FORM", "kept-none-heading", "kept-none"),
        };
        self.unsent(view, (code, heading, text))
    }

    fn changed(&self, view: &SessionView) -> Result<Response, PortalError> {
        self.unsent(view, ("KEPT_FORM_CHANGED", "kept-not-sent-heading", "kept-changed"))
    }

    fn unsent(
        &self,
        view: &SessionView,
        (code, heading, text): (&'static str, &'static str, &'static str),
    ) -> Result<Response, PortalError> {
        let notice = Notice::new(self.shell(Some(view)), Text::new(heading))
            .say(Text::new(text))
            .offer(Text::new("frame-start-page"), self.home().as_str());
        self.refusal(StatusCode::NOT_FOUND, notice, code)
    }

    /// Returns the path of the page of a kept form.
    fn kept_path(&self, token: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("form", token).finish();
        format!("{}?{query}", self.site.path("kept"))
    }
}

/// Returns the token that a query or form names.
fn named(fields: &Fields) -> &str {
    fields.get("form").unwrap_or_default()
}
