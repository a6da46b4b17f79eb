//! Verifies the second factor, at sign-in and as a step-up.

use http::StatusCode;
use postern_authn::access::Standing;
use postern_authn::factors::{DeviceCookie, Lock};
use postern_keystore::SessionToken;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;

use super::device_binding::without_offer;
use super::factor_errors::{Refusal, passkey_problem};
use super::repetition::{Submission, submitted};
use crate::error::PortalError;
use crate::pages::{PasskeyStepPage, Problem, VerifyPage, span};
use crate::portal::Portal;
use crate::request::{Fields, Request};
use crate::response::{self, Response};

impl Portal {
    /// `GET verify`. A complete session is asked for a fresh code too: a route required one, and redirecting back
    /// without it would loop. A trusted device stands in for the factor that a session waits for, and for no fresh one.
    pub(crate) async fn show_verify(&self, request: &Request) -> Result<Response, PortalError> {
        let rd = self.named_return(&request.query);
        let view = self.signed_in(request, rd.as_deref().unwrap_or(self.home().as_str())).await?;
        if !view.factors.enrolled() {
            return response::see_other(&self.to_enrolment(rd.as_deref()));
        }
        let by_device = self.verify_by_device(request, &view).await;
        if let Some(raised) = by_device.raised {
            let onward = self.next(&raised.view, rd.as_deref().unwrap_or(self.home().as_str()));
            let response = self.with_session(response::see_other(&onward)?, &raised.token, &raised.view);
            return Ok(response::with_cookies(response, by_device.set_cookies));
        }
        let response = self.ask_for_factor(request, &view, rd).await?;
        Ok(response::with_cookies(response, by_device.set_cookies))
    }

    async fn ask_for_factor(
        &self,
        request: &Request,
        view: &SessionView,
        rd: Option<String>,
    ) -> Result<Response, PortalError> {
        if self.takes_passkeys_only(view, &request.query, rd.as_deref()) {
            return self.passkey_step_page(view, rd, None).await;
        }
        let method = self.asked(view, code_kind(&request.query));
        match self.authn.lock(view, method).await? {
            Some(Lock::Until(until)) => self.locked(view, method, Some(until), rd.as_deref()).await,
            Some(Lock::UntilUnlocked) => self.locked(view, method, None, rd.as_deref()).await,
            None => self.verify_page(view, method, rd, None, request.query.get("told") == Some("unsent")).await,
        }
    }

    /// `POST verify`.
    pub(crate) async fn verify(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let (rd, method) = (self.named_return(&form), method(&form));
        if method == SecondFactor::Passkey {
            return self.verify_passkey(request, &form, rd).await;
        }
        let onward = rd.clone().unwrap_or_else(|| self.home().as_str().to_owned());
        let session = self.signed_in(request, &onward).await;
        let view = match self.submission(session, request, &form, method).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => {
                let onward = self.after_code(&form, &first.view, onward).await;
                let response = self.raised(request, &first.token, &first.view, first.device, &onward)?;
                return Ok(without_offer(response));
            }
        };
        let error = match self.authn.verify(&view, method, submitted(&form), &request.caller).await {
            Ok(raised) => {
                let onward = self.after_code(&form, &raised.view, onward).await;
                return self.raised(request, &raised.token, &raised.view, raised.device, &onward);
            }
            Err(error) => error,
        };
        match Refusal::of(error, method) {
            Refusal::Retry(problem) => self.verify_page(&view, method, rd, Some((problem, &form)), false).await,
            Refusal::Locked(until) => self.locked(&view, method, until, rd.as_deref()).await,
            Refusal::Other(error) => Err(self.factor_error(error, &onward)),
        }
    }

    /// Returns where an accepted code leads: to the first passkey where the form asks for it, else onwards.
    async fn after_code(&self, form: &Fields, view: &SessionView, onward: String) -> String {
        match wants_passkey(form) && self.may_add_first_passkey(view).await {
            true => self.add_path(Some(&onward)),
            false => onward,
        }
    }

    /// Whether a session can be led to its user's first passkey. Where the store does not say, its user goes on.
    async fn may_add_first_passkey(&self, view: &SessionView) -> bool {
        self.authn.passkeys_enabled()
            && self.authn.standing(view) == Standing::Complete
            && self.authn.passkeys(view).await.is_ok_and(|passkeys| passkeys.is_empty())
    }

    /// Verifies the response of a passkey.
    async fn verify_passkey(
        &self,
        request: &Request,
        form: &Fields,
        rd: Option<String>,
    ) -> Result<Response, PortalError> {
        let onward = rd.clone().unwrap_or_else(|| self.home().as_str().to_owned());
        let session = self.signed_in(request, &onward).await;
        let view = match self.submission(session, request, form, SecondFactor::Passkey).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => {
                let response = self.raised(request, &first.token, &first.view, first.device, &onward)?;
                return Ok(without_offer(response));
            }
        };
        let challenge = form.get("challenge").unwrap_or_default();
        match self.authn.verify_passkey(&view, submitted(form), challenge, &request.caller).await {
            Ok(raised) => self.raised(request, &raised.token, &raised.view, raised.device, &onward),
            Err(error) => match passkey_problem(&error) {
                Some(problem) if self.takes_passkeys_only(&view, form, rd.as_deref()) => {
                    self.passkey_step_page(&view, rd, Some(problem)).await
                }
                Some(problem) => self.verify_page(&view, SecondFactor::Totp, rd, Some((problem, form)), false).await,
                None => Err(self.factor_error(error, &onward)),
            },
        }
    }

    /// Redirects onwards with a session that was raised, and with the secret of the browser if its device is trusted.
    fn raised(
        &self,
        request: &Request,
        token: &SessionToken,
        view: &SessionView,
        device: Option<DeviceCookie>,
        onward: &str,
    ) -> Result<Response, PortalError> {
        let response = self.with_session(response::see_other(&self.next(view, onward))?, token, view);
        Ok(response::with_cookies(response, self.device_cookies(request, view, device)))
    }

    /// Whether a code would not do: the session is complete, and what it is to verify for takes passkeys only. While a session
    /// waits for its second factor a code helps, since whoever has no passkey at hand needs one to add another.
    fn takes_passkeys_only(&self, view: &SessionView, fields: &Fields, rd: Option<&str>) -> bool {
        let asked = fields.get("factor") == Some("phishing-resistant") || rd.is_some_and(|rd| self.demands_passkey(rd));
        asked && self.authn.passkeys_enabled() && self.authn.standing(view) == Standing::Complete
    }

    async fn passkey_step_page(
        &self,
        view: &SessionView,
        rd: Option<String>,
        error: Option<Problem>,
    ) -> Result<Response, PortalError> {
        let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let way_out = self.way_out(rd.as_deref());
        let passkey = self.authn.request_passkey(view).await.map_err(|error| self.factor_error(error, &way_out))?;
        let page = PasskeyStepPage {
            shell: self.shell(Some(view)),
            asks: rd.clone().filter(|rd| self.demands(rd)),
            add: self.add_path(rd.as_deref()),
            rd,
            error,
            passkey,
            way_out,
        };
        response::page(status, &page)
    }

    /// Returns the return URL of a query or form as text.
    pub(super) fn named_return(&self, fields: &Fields) -> Option<String> {
        self.return_url(fields).map(|url| url.as_str().to_owned())
    }

    fn to_enrolment(&self, rd: Option<&str>) -> String {
        let shell = self.shell(None);
        rd.map_or_else(|| shell.path("enrol"), |rd| shell.path_returning("enrol", rd))
    }

    /// Renders the page that asks for a code, also for a form that was refused: with what was wrong, and its boxes as they were.
    /// `unsent` says that a code by mail or SMS could not be sent.
    async fn verify_page(
        &self,
        view: &SessionView,
        method: SecondFactor,
        rd: Option<String>,
        refused: Option<(Problem, &Fields)>,
        unsent: bool,
    ) -> Result<Response, PortalError> {
        let (error, form) = refused.unzip();
        let reason = error.as_ref().and_then(Problem::reason);
        let method = self.asked(view, method);
        let offers = self.offers_of_codes(view, method, unsent).await?;
        let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let again = self.authn.standing(view) == Standing::Complete;
        let asks = rd.clone().filter(|rd| again && self.demands(rd));
        let asks_passkey = rd.clone().filter(|rd| !again && self.demands_passkey(rd));
        let way_out = self.way_out(rd.as_deref());
        let passkey = self.authn.request_passkey(view).await.map_err(|error| self.factor_error(error, &way_out))?;
        let page = VerifyPage {
            trust_ticked: form.is_some_and(|form| submitted(form).trust),
            passkey_ticked: form.is_some_and(wants_passkey),
            offers_passkey: passkey.is_none() && method == SecondFactor::Totp && self.authn.passkeys_enabled(),
            passkey,
            asks_passkey,
            trust: self.authn.device_trust().filter(|_| self.authn.may_trust_device(view)).map(span),
            shell: self.shell(Some(view)),
            method,
            app: view.factors.totp,
            rd,
            offers,
            error,
            codes_left: view.factors.backup_codes_left,
            again,
            asks,
            way_out,
        };
        Ok(self.mark_reason(response::page(status, &page)?, reason))
    }

    /// Returns the kind of code that a person is asked for: without an app, a backup code, unless it is one by mail or SMS.
    pub(super) fn asked(&self, view: &SessionView, method: SecondFactor) -> SecondFactor {
        match method {
            SecondFactor::Email | SecondFactor::Sms if self.authn.offers_codes(view, method) => method,
            SecondFactor::Email | SecondFactor::Sms if view.factors.totp => SecondFactor::Totp,
            _ if view.factors.totp => method,
            _ => SecondFactor::Backup,
        }
    }
}

/// Whether a form asks for a passkey for the next time.
fn wants_passkey(form: &Fields) -> bool {
    form.get("then") == Some("passkey")
}

/// Returns the factor that a query or form names; the default is the authenticator app.
fn method(fields: &Fields) -> SecondFactor {
    match fields.get("method").and_then(SecondFactor::from_name) {
        Some(method @ (SecondFactor::Backup | SecondFactor::Passkey | SecondFactor::Email | SecondFactor::Sms)) => {
            method
        }
        Some(SecondFactor::Totp | SecondFactor::TrustedDevice) | None => SecondFactor::Totp,
    }
}

/// Returns the kind of code that a query names; the default is the authenticator app's.
fn code_kind(fields: &Fields) -> SecondFactor {
    match method(fields) {
        method @ (SecondFactor::Backup | SecondFactor::Email | SecondFactor::Sms) => method,
        SecondFactor::Totp | SecondFactor::Passkey | SecondFactor::TrustedDevice => SecondFactor::Totp,
    }
}
