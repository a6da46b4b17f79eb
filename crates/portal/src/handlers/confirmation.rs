//! Pages that ask for a code or a passkey before a change of factors, and the forms that bring it.

use http::StatusCode;
use postern_authn::factors::{Confirmation, FactorError};
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;

use super::factor_errors::{Refusal, passkey_problem};
use super::repetition::{Submission, submitted};
use crate::error::PortalError;
use crate::language::Text;
use crate::pages::{CodeInput, ConfirmPage, ConfirmPurpose, Problem, wait};
use crate::portal::Portal;
use crate::request::{Fields, Request};
use crate::response::{self, Response};

/// Reads what a form confirms a change with.
pub(super) fn confirmation(form: &Fields) -> Confirmation<'_> {
    match form.get("method") {
        Some("passkey") => {
            Confirmation::Passkey { response: submitted(form), challenge: form.get("challenge").unwrap_or_default() }
        }
        _ => Confirmation::Code(submitted(form)),
    }
}

impl Portal {
    /// Renders the page that asks for a code or a passkey before a change.
    pub(super) async fn confirm_page(
        &self,
        view: &SessionView,
        purpose: ConfirmPurpose,
        error: Option<Problem>,
    ) -> Result<Response, PortalError> {
        let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let reason = error.as_ref().and_then(Problem::reason);
        let passkey = self.authn.request_confirmation(view, purpose.change()).await;
        let passkey = passkey.map_err(|error| self.factor_error(error, &self.site.path("account")))?;
        let (shell, version) = (self.shell(Some(view)), view.session.version);
        let skip = self.without_passkey(purpose.rd()).map(str::to_owned);
        let code = CodeInput::of(&purpose, view.factors);
        let page = response::page(status, &ConfirmPage { shell, purpose, error, version, code, passkey, skip })?;
        Ok(self.mark_reason(page, reason))
    }

    /// Answers a confirmation that was refused: with the same page and a message, or with the page of a locked factor. Errors
    /// for which neither has words are returned.
    pub(super) async fn confirmation_refused(
        &self,
        view: &SessionView,
        purpose: ConfirmPurpose,
        confirmation: Confirmation<'_>,
        error: FactorError,
    ) -> Result<Result<Response, FactorError>, PortalError> {
        let problem = match refusal(confirmation, error) {
            Refusal::Retry(problem) => problem,
            Refusal::Locked(until) => {
                let passkey = self.authn.request_confirmation(view, purpose.change()).await;
                if !matches!(passkey, Ok(Some(_))) {
                    let takes_backup_code = purpose.change().takes_backup_code();
                    let method = if takes_backup_code { confirmation.factor() } else { SecondFactor::Totp };
                    return self.locked(view, method, until, None).await.map(Ok);
                }
                let text = codes_locked(until.map(|until| wait(until.since(self.authn.now()))));
                let page = self.confirm_page(view, purpose, Some(text.into())).await?;
                return Ok(Ok(self.mark_locked(page, until)));
            }
            Refusal::Other(error) => return Ok(Err(error)),
        };
        self.confirm_page(view, purpose, Some(problem)).await.map(Ok)
    }

    /// Tells a confirmation of a session from the second one of two, as [`Portal::submission`] does.
    pub(super) async fn submission_to_confirm(
        &self,
        session: Result<Box<SessionView>, PortalError>,
        request: &Request,
        form: &Fields,
    ) -> Result<Submission, PortalError> {
        self.submission(session, request, form, confirmation(form).factor()).await
    }
}

/// Classifies the error of a confirmation.
pub(super) fn refusal(confirmation: Confirmation<'_>, error: FactorError) -> Refusal {
    match (confirmation, passkey_problem(&error)) {
        (Confirmation::Passkey { .. }, Some(problem)) => Refusal::Retry(problem),
        _ => Refusal::of(error, SecondFactor::Totp),
    }
}

/// Returns what is said to somebody whose codes are locked, and who has a passkey.
pub(super) fn codes_locked(wait: Option<Text>) -> Text {
    match wait {
        Some(wait) => Text::new("factor-codes-locked-for").with("wait", wait),
        None => Text::new("factor-codes-locked"),
    }
}
