//! Switching the second factor off.

use http::StatusCode;
use postern_authn::factors::FactorError;
use postern_model::factor::SecondFactor;

use super::factor_errors::Refusal;
use crate::ask::Ask;
use crate::pages::{ConfirmPurpose, Notice};
use crate::portal::Portal;
use crate::reply::{self, Reply};
use crate::trouble::Trouble;

impl Portal {
    /// `GET account/disable`: asks for a code.
    pub(crate) async fn ask_to_disable(&self, ask: &Ask) -> Result<Reply, Trouble> {
        let view = self.enrolled(ask, "account/disable").await?;
        if !self.authn.may_remove(&view) {
            return self.enforced();
        }
        self.confirm_code_page(&view, ConfirmPurpose::Disable, None)
    }

    /// `POST account/disable`.
    pub(crate) async fn disable(&self, ask: &Ask) -> Result<Reply, Trouble> {
        let view = self.enrolled(ask, "account/disable").await?;
        let form = ask.form();
        self.check_form(&view, &form)?;
        let error = match self.authn.disable(&view, form.get("code").unwrap_or_default(), &ask.caller).await {
            Ok(token) => {
                let reply = reply::see_other(&self.site.path("account?done=disabled"))?;
                return Ok(reply::with_cookies(reply, [self.session_cookie(&token, &view)]));
            }
            Err(error) => error,
        };
        match Refusal::of(error, SecondFactor::Totp) {
            Refusal::Retry(words) => self.confirm_code_page(&view, ConfirmPurpose::Disable, Some(words)),
            Refusal::Locked(until) => self.locked(&view, SecondFactor::Totp, until, None),
            Refusal::Other(FactorError::Enforced) => self.enforced(),
            Refusal::Other(error) => Err(self.factor_trouble(error, &self.site.path("account/disable"))),
        }
    }

    fn enforced(&self) -> Result<Reply, Trouble> {
        let shell = self.shell(None);
        let account = shell.path("account");
        let notice = Notice::new(shell, "Two-factor authentication stays on")
            .say("It is required for your account. You can replace the authenticator, but not go without one.")
            .offer("Go to your account", account);
        self.refusal(StatusCode::FORBIDDEN, notice, "ENFORCED")
    }
}
