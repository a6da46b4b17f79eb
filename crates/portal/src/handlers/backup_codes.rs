//! Replaces the backup codes.

use http::StatusCode;
use postern_authn::access::Step;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;

use super::factor_errors::Refusal;
use super::repetition::submitted;
use crate::error::PortalError;
use crate::pages::{CodesReason, ConfirmCodePage, ConfirmPurpose};
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

impl Portal {
    /// `GET account/backup-codes`: asks for a code.
    pub(crate) async fn ask_for_new_codes(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, "account/backup-codes").await?;
        self.confirm_code_page(&view, ConfirmPurpose::BackupCodes, None)
    }

    /// `POST account/backup-codes`: generates the codes, and redirects to the page that shows them.
    pub(crate) async fn make_new_codes(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let shown = self.codes_path(CodesReason::Replaced, None);
        if let Some(first) = self.repetition(request, &form, SecondFactor::Totp).await? {
            let cookie = self.session_cookie(&first.token, &first.view);
            return Ok(response::with_cookies(response::see_other(&shown)?, [cookie]));
        }
        let view = self.enrolled(request, "account/backup-codes").await?;
        self.check_form(&view, &form)?;
        if let Some(response) = self.done_already(&view, &form).await? {
            return Ok(response);
        }
        match self.authn.regenerate_codes(&view, submitted(&form), &request.caller).await {
            Ok(made) => {
                let cookie = self.session_cookie(&made.token, &made.view);
                Ok(response::with_cookies(response::see_other(&shown)?, [cookie]))
            }
            Err(error) => match Refusal::of(error, SecondFactor::Totp) {
                Refusal::Retry(words) => self.confirm_code_page(&view, ConfirmPurpose::BackupCodes, Some(words)),
                Refusal::Locked(until) => self.locked(&view, SecondFactor::Totp, until, None).await,
                Refusal::Other(error) => Err(self.factor_error(error, &self.site.path("account/backup-codes"))),
            },
        }
    }

    /// Returns the session if it is complete and its user has an authenticator.
    pub(super) async fn enrolled(&self, request: &Request, page: &str) -> Result<Box<SessionView>, PortalError> {
        self.enrolled_at(request, &self.site.path(page)).await
    }

    /// Does the same for a page whose path with its query is `back`.
    pub(super) async fn enrolled_at(&self, request: &Request, back: &str) -> Result<Box<SessionView>, PortalError> {
        let view = self.complete(request, back).await?;
        if view.factors.enrolled() { Ok(view) } else { Err(self.step(Step::Enrol, &self.site.path("account"))) }
    }

    /// Renders the page that asks for a code before a change.
    pub(super) fn confirm_code_page(
        &self,
        view: &SessionView,
        purpose: ConfirmPurpose,
        error: Option<String>,
    ) -> Result<Response, PortalError> {
        let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let version = view.session.version;
        response::page(status, &ConfirmCodePage { shell: self.shell(Some(view)), purpose, error, version })
    }
}
