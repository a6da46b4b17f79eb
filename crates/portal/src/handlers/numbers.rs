//! The number for codes by SMS: given with a confirmation, taken with a code that is sent to it, and removed.

use http::StatusCode;
use postern_authn::factors::{CodeRequested, FactorError};
use postern_keystore::plain;
use postern_model::factor::{CodeKind, SecondFactor};
use postern_model::phone::{PhoneNumber, StoredNumber};
use postern_model::session::SessionView;

use super::confirmation::confirmation;
use super::factor_errors::Refusal;
use super::repetition::{Submission, submitted};
use crate::error::PortalError;
use crate::language::Text;
use crate::pages::{ConfirmPurpose, NumberCodePage, NumberPage, Problem, REMOVED_NUMBER, masked, wait};
use crate::portal::Portal;
use crate::request::{Fields, Request};
use crate::response::{self, Response};

const PAGE: &str = "account/number";
const CODE: &str = "account/number/code";

impl Portal {
    /// `GET account/number`: asks for a number, or for a confirmation to remove it.
    pub(crate) async fn ask_for_number(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, PAGE).await?;
        let Some(present) = self.authn.number(&view).await? else {
            return response::see_other(&self.site.path("account"));
        };
        if request.query.get("id") == Some(REMOVED_NUMBER) {
            return match present {
                StoredNumber::Absent => response::see_other(&self.site.path("account")),
                _ => self.confirm_page(&view, ConfirmPurpose::RemoveNumber, None).await,
            };
        }
        if !self.authn.takes_numbers() {
            return response::see_other(&self.site.path("account"));
        }
        let told = match request.query.get("told") {
            Some("unsent") => Some("mail-unsent"),
            Some("over") => Some("sms-check-over"),
            _ => None,
        };
        self.number_page(&view, "", told).await
    }

    /// `POST account/number`: takes a number and asks for a confirmation, or takes that and sends a code to the number, or
    /// removes it.
    pub(crate) async fn change_number(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let Some(id) = form.get("id") else { return self.take_number(request, &form).await };
        let removed = id == REMOVED_NUMBER;
        let done = if removed { "account?done=number-removed" } else { CODE };
        let done = response::see_other(&self.site.path(done))?;
        let session = self.enrolled(request, PAGE).await;
        let view = match self.submission_to_confirm(session, request, &form).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => return Ok(self.with_session_cookie(done, &first.token, &first.view)),
        };
        let confirmation = confirmation(&form);
        let (purpose, changed) = match (removed, PhoneNumber::from_canonical(id)) {
            (true, _) => {
                let changed = self.authn.remove_number(&view, confirmation, &request.caller).await;
                (ConfirmPurpose::RemoveNumber, changed.map(|raised| (raised, done)))
            }
            (false, None) => return response::see_other(&self.site.path(PAGE)),
            (false, Some(_)) if !self.authn.takes_numbers() => return response::see_other(&self.site.path("account")),
            (false, Some(number)) => {
                let purpose = ConfirmPurpose::SetNumber { number: number.clone() };
                let begun = self.authn.begin_number(&view, number, confirmation, &request.caller).await;
                let begun = match begun {
                    Ok(begun) => Ok((begun.raised, self.onward(begun.requested)?)),
                    Err(error) => Err(error),
                };
                (purpose, begun)
            }
        };
        let error = match changed {
            Ok((raised, response)) => return Ok(self.with_session_cookie(response, &raised.token, &raised.view)),
            Err(error) => error,
        };
        let refused = self.confirmation_refused(&view, purpose, confirmation, error).await?;
        refused.map_err(|error| self.factor_error(error, &self.site.path(PAGE)))
    }

    /// `GET account/number/code`.
    pub(crate) async fn show_number_code(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, CODE).await?;
        if !self.authn.takes_numbers() {
            return response::see_other(&self.site.path("account"));
        }
        self.number_code_page(&view, None).await
    }

    /// `POST account/number/code`.
    pub(crate) async fn confirm_number(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, CODE).await?;
        let form = request.form();
        self.check_form(&view, &form)?;
        let error = match self.authn.confirm_number(&view, submitted(&form), &request.caller).await {
            Ok(()) => return response::see_other(&self.site.path("account?done=number")),
            Err(FactorError::NotOffered) => return response::see_other(&self.site.path("account")),
            Err(FactorError::InvalidToken | FactorError::TokenExpired) => {
                return response::see_other(&self.site.path(&format!("{PAGE}?told=over")));
            }
            Err(error) => error,
        };
        match Refusal::of(error, SecondFactor::Sms) {
            Refusal::Retry(problem) => self.number_code_page(&view, Some(problem)).await,
            Refusal::Locked(until) => self.locked_as(&view, SecondFactor::Sms, until, None).await,
            Refusal::Other(error) => Err(self.factor_error(error, &self.site.path(CODE))),
        }
    }

    /// Takes a number that was typed, and asks for a confirmation.
    async fn take_number(&self, request: &Request, form: &Fields) -> Result<Response, PortalError> {
        let view = self.enrolled(request, PAGE).await?;
        self.check_form(&view, form)?;
        if !self.authn.takes_numbers() {
            return response::see_other(&self.site.path("account"));
        }
        let typed = form.get("number").unwrap_or_default();
        // Phones' contacts hand numbers over with invisible marks, and keyboards have digits of their own.
        match PhoneNumber::parse(&plain(typed)) {
            Some(number) => self.confirm_page(&view, ConfirmPurpose::SetNumber { number }, None).await,
            None => self.number_page(&view, typed, Some("sms-number-malformed")).await,
        }
    }

    async fn number_page(
        &self,
        view: &SessionView,
        typed: &str,
        problem: Option<&'static str>,
    ) -> Result<Response, PortalError> {
        let status = if typed.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        let present = match self.authn.number(view).await? {
            Some(StoredNumber::Confirmed(number)) => Some(masked(&number)),
            _ => None,
        };
        let (sent, now) = (self.authn.sent_codes(view, CodeKind::NewNumber).await?, self.authn.now());
        let page = NumberPage {
            shell: self.shell(Some(view)),
            present,
            typed: typed.chars().take(40).collect(),
            error: problem.map(|id| Problem::from(Text::new(id))),
            waits: sent.outstanding.is_some(),
            wait: sent.next.map(|next| wait(next.since(now))),
        };
        response::page(status, &page)
    }

    async fn number_code_page(&self, view: &SessionView, error: Option<Problem>) -> Result<Response, PortalError> {
        let outstanding = self.authn.sent_codes(view, CodeKind::NewNumber).await?.outstanding;
        let Some(number) = outstanding.and_then(|code| code.number) else {
            return response::see_other(&self.site.path(&format!("{PAGE}?told=over")));
        };
        let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        response::page(status, &NumberCodePage { shell: self.shell(Some(view)), number: masked(&number), error })
    }

    /// Leads to the page that takes the code, or back to the one that takes the number if none was sent.
    fn onward(&self, requested: CodeRequested) -> Result<Response, PortalError> {
        let page = match requested {
            CodeRequested::Sent => CODE,
            CodeRequested::TooMany { .. } | CodeRequested::NotOffered => PAGE,
            CodeRequested::NotSent => "account/number?told=unsent",
        };
        response::see_other(&self.site.path(page))
    }
}
