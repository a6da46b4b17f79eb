//! Replaces the backup codes.

use http::StatusCode;
use postern_authn::access::Step;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;

use super::factor_errors::Refusal;
use crate::error::PortalError;
use crate::pages::{CodesPage, CodesReason, ConfirmCodePage, ConfirmPurpose};
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

impl Portal {
    /// `GET account/backup-codes`: asks for a code.
    pub(crate) async fn ask_for_new_codes(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, "account/backup-codes").await?;
        self.confirm_code_page(&view, ConfirmPurpose::BackupCodes, None)
    }

    /// `POST account/backup-codes`: makes them and shows them, once.
    pub(crate) async fn make_new_codes(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, "account/backup-codes").await?;
        let form = request.form();
        self.check_form(&view, &form)?;
        if let Some(response) = self.done_already(&view, &form)? {
            return Ok(response);
        }
        let code = form.get("code").unwrap_or_default();
        match self.authn.regenerate_codes(&view, code, &request.caller).await {
            Ok(made) => {
                let page = CodesPage {
                    shell: self.shell(Some(&made.view)),
                    reason: CodesReason::Replaced,
                    codes: made.backup_codes,
                    onward: self.site.path("account"),
                };
                let cookie = self.session_cookie(&made.token, &made.view);
                Ok(response::with_cookies(response::page(StatusCode::OK, &page)?, [cookie]))
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
        let back = self.site.path(page);
        let view = self.complete(request, &back).await?;
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
