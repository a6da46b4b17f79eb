//! Fresh backup codes. They are shown on a page that can be reloaded until their owner has saved them, so that a lost
//! response loses no codes.

use http::StatusCode;
use postern_authn::factors::FactorError;

use crate::error::PortalError;
use crate::pages::{CodesPage, CodesReason};
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

impl Portal {
    /// `GET codes`: shows the codes that this session made in the last ten minutes; without any, redirects to the
    /// account page.
    pub(crate) async fn show_codes(&self, request: &Request) -> Result<Response, PortalError> {
        let account = self.site.path("account");
        let view = self.complete(request, &account).await?;
        let codes = self.authn.fresh_codes(&view).await.map_err(|error| self.factor_error(error, &account))?;
        if codes.is_empty() {
            return response::see_other(&account);
        }
        let reason = match request.query.get("reason") {
            Some("enrolled") => CodesReason::Enrolled,
            _ => CodesReason::Replaced,
        };
        let rd = self.named_return(&request.query);
        let (shell, app) = (self.shell(Some(&view)), view.factors.totp);
        response::page(StatusCode::OK, &CodesPage { shell, reason, codes, rd, app })
    }

    /// `POST codes`: confirms that the codes are saved, and deletes them here.
    pub(crate) async fn codes_saved(&self, request: &Request) -> Result<Response, PortalError> {
        let account = self.site.path("account");
        let view = self.complete(request, &account).await?;
        let form = request.form();
        self.check_form(&view, &form)?;
        self.authn
            .codes_saved(&view)
            .await
            .map_err(FactorError::from)
            .map_err(|error| self.factor_error(error, &account))?;
        response::see_other(&self.named_return(&form).unwrap_or(account))
    }

    /// Returns the URL of the page with fresh codes.
    pub(super) fn codes_path(&self, reason: CodesReason, rd: Option<&str>) -> String {
        let page = match reason {
            CodesReason::Enrolled => "codes?reason=enrolled",
            CodesReason::Replaced => "codes?reason=replaced",
        };
        let shell = self.shell(None);
        rd.map_or_else(|| shell.path(page), |rd| shell.path_returning(page, rd))
    }
}
