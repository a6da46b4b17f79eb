//! Codes by mail and SMS: asking for one, and switching those by mail on and off.

use postern_authn::factors::CodeRequested;
use postern_model::factor::{CodeKind, SecondFactor};
use postern_model::session::SessionView;

use super::confirmation::confirmation;
use super::factor_errors::Refusal;
use super::repetition::Submission;
use crate::error::PortalError;
use crate::pages::{ConfirmPurpose, SentCodeOffer, wait};
use crate::portal::Portal;
use crate::request::{Fields, Request};
use crate::response::{self, Response};

const PAGE: &str = "account/email-codes";

impl Portal {
    /// `POST verify/send`: sends a code, and returns to the page that asks for it, which says what came of it.
    pub(crate) async fn send_code(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let rd = self.named_return(&form);
        let onward = rd.clone().unwrap_or_else(|| self.home().as_str().to_owned());
        let view = self.signed_in(request, &onward).await?;
        self.check_form(&view, &form)?;
        let factor = match form.get("method").and_then(SecondFactor::from_name) {
            Some(SecondFactor::Sms) => SecondFactor::Sms,
            _ => SecondFactor::Email,
        };
        let told = match self.authn.send_code(&view, factor, &request.caller).await {
            Ok(CodeRequested::NotSent) => "&told=unsent",
            Ok(CodeRequested::Sent | CodeRequested::TooMany { .. } | CodeRequested::NotOffered) => "",
            Err(error) => {
                return match Refusal::of(error, factor) {
                    Refusal::Locked(until) => self.locked(&view, factor, until, rd.as_deref()).await,
                    Refusal::Retry(_) => Err(PortalError::FormRefused),
                    Refusal::Other(error) => Err(self.factor_error(error, &onward)),
                };
            }
        };
        let (shell, page) = (self.shell(None), format!("verify?method={factor}{told}"));
        response::see_other(&rd.map_or_else(|| shell.path(&page), |rd| shell.path_returning(&page, &rd)))
    }

    /// Returns the offers of codes by mail and SMS to this session's user. What came of one is read where its code is asked for.
    pub(super) async fn offers_of_codes(
        &self,
        view: &SessionView,
        asked: SecondFactor,
        unsent: bool,
    ) -> Result<Vec<SentCodeOffer>, PortalError> {
        let mut offers = Vec::new();
        for (factor, kind) in [(SecondFactor::Email, CodeKind::Email), (SecondFactor::Sms, CodeKind::Sms)] {
            let Some(recipient) = self.authn.code_recipient(view, factor).await? else { continue };
            let offer = SentCodeOffer::to(&recipient);
            if factor != asked {
                offers.push(offer);
                continue;
            }
            let (state, now) = (self.authn.sent_codes(view, kind).await?, self.authn.now());
            let (sent, wait) = (state.outstanding.is_some(), state.next.map(|next| wait(next.since(now))));
            offers.push(SentCodeOffer { sent, wait, unsent: unsent && !sent, ..offer });
        }
        Ok(offers)
    }

    /// `GET account/email-codes`: asks for a confirmation.
    pub(crate) async fn ask_to_switch_email_codes(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, PAGE).await?;
        match self.email_codes_change(&view, !view.factors.email) {
            Some(purpose) => self.confirm_page(&view, purpose, None).await,
            None => response::see_other(&self.site.path("account")),
        }
    }

    /// `POST account/email-codes`.
    pub(crate) async fn switch_email_codes(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let on = switches_on(&form);
        let done = if on { "account?done=mailed-on" } else { "account?done=mailed-off" };
        let done = response::see_other(&self.site.path(done))?;
        let session = self.enrolled(request, PAGE).await;
        let view = match self.submission_to_confirm(session, request, &form).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => return Ok(self.with_session_cookie(done, &first.token, &first.view)),
        };
        // As after a reload of the page that says so.
        if view.factors.email == on {
            return Ok(done);
        }
        let Some(purpose) = self.email_codes_change(&view, on) else {
            return response::see_other(&self.site.path("account"));
        };
        let confirmation = confirmation(&form);
        let error = match self.authn.set_email_codes(&view, on, confirmation, &request.caller).await {
            Ok(raised) => return Ok(self.with_session_cookie(done, &raised.token, &raised.view)),
            Err(error) => error,
        };
        let refused = self.confirmation_refused(&view, purpose, confirmation, error).await?;
        refused.map_err(|error| self.factor_error(error, &self.site.path(PAGE)))
    }

    /// Returns the change; `None` if there is none. They can be switched off where none can be sent.
    fn email_codes_change(&self, view: &SessionView, on: bool) -> Option<ConfirmPurpose> {
        match on {
            true => {
                let address = self.authn.address_for_codes(view)?.to_owned();
                Some(ConfirmPurpose::EmailCodes { to: Some(address) })
            }
            false => view.factors.email.then_some(ConfirmPurpose::EmailCodes { to: None }),
        }
    }
}

/// Whether a form switches them on; it was made for one of the two.
fn switches_on(form: &Fields) -> bool {
    form.get("id") == Some("on")
}
