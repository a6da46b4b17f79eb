//! Replaces the backup codes.

use postern_authn::access::Step;
use postern_model::session::SessionView;

use super::confirmation::confirmation;
use super::repetition::Submission;
use crate::error::PortalError;
use crate::pages::{CodesReason, ConfirmPurpose};
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

impl Portal {
    /// `GET account/backup-codes`: asks for a confirmation.
    pub(crate) async fn ask_for_new_codes(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, "account/backup-codes").await?;
        self.confirm_page(&view, ConfirmPurpose::BackupCodes, None).await
    }

    /// `POST account/backup-codes`: generates the codes, and redirects to the page that shows them.
    pub(crate) async fn make_new_codes(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let shown = self.codes_path(CodesReason::Replaced, None);
        let session = self.enrolled(request, "account/backup-codes").await;
        let view = match self.submission_to_confirm(session, request, &form).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => {
                return Ok(self.with_session_cookie(response::see_other(&shown)?, &first.token, &first.view));
            }
        };
        if let Some(response) = self.done_already(&view, &form).await? {
            return Ok(response);
        }
        let confirmation = confirmation(&form);
        let error = match self.authn.regenerate_codes(&view, confirmation, &request.caller).await {
            Ok(made) => {
                return Ok(self.with_session_cookie(response::see_other(&shown)?, &made.token, &made.view));
            }
            Err(error) => error,
        };
        let refused = self.confirmation_refused(&view, ConfirmPurpose::BackupCodes, confirmation, error).await?;
        refused.map_err(|error| self.factor_error(error, &self.site.path("account/backup-codes")))
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
}
