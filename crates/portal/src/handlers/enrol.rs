//! Enrols an authenticator app in three steps: introduction, scan and confirm, backup codes. A passkey may take the app's place
//! in the second one.

use std::time::Duration;

use http::StatusCode;
use postern_authn::access::{Standing, Step, demands_second_factor};
use postern_authn::factors::{Change, Enrolled, FactorError, Offer, PasskeyOptions, Submitted};
use postern_model::ExposeSecret;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;

use super::confirmation::{codes_locked, confirmation, refusal};
use super::factor_errors::{Refusal, passkey_problem};
use super::repetition::{Submission, submitted};
use crate::error::PortalError;
use crate::language::Text;
use crate::pages::{
    CodesReason, EnrolIntroPage, EnrolPasskeyPage, EnrolScanPage, Problem, group_in_fours, qr_svg, wait,
};
use crate::portal::Portal;
use crate::request::{Fields, Request};
use crate::response::{self, Response};

const BEGIN_AGAIN: &str = "factor-setup-ended";

/// Says on a page that asks for a code that the set-up begins again.
pub(super) fn begin_again() -> Problem {
    Problem::from(Text::new(BEGIN_AGAIN)).because("SETUP_ENDED")
}

impl Portal {
    /// `GET enrol`; `step=scan` is the second step, and so is `step=confirm` of older links; `step=passkey` is the second step
    /// with a passkey.
    pub(crate) async fn show_enrol(&self, request: &Request) -> Result<Response, PortalError> {
        let rd = self.named_return(&request.query);
        let view = self.enrolling(request, rd.as_deref()).await?;
        match request.query.get("step").unwrap_or_default() {
            "passkey" => self.passkey_page(&view, rd, None).await,
            "scan" | "confirm" => self.scan_page(&view, rd, None).await,
            // There is no app to replace.
            _ if view.factors.enrolled() && !view.factors.totp => {
                response::see_other(&self.site.path("account/authenticators/add"))
            }
            _ => {
                let alert = request.query.get("again").map(|_| Text::new(BEGIN_AGAIN));
                self.intro_page(&view, rd, alert, None).await
            }
        }
    }

    /// `POST enrol`: `step=start` generates the secret, `step=confirm` verifies its first code, and `step=passkey` the passkey
    /// that is set up instead.
    pub(crate) async fn enrol(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let rd = self.named_return(&form);
        let starts = form.get("step") == Some("start");
        let session = self.signed_in(request, &self.own(&rd)).await;
        let view = match self.submission_to_confirm(session, request, &form).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => {
                let next = match starts {
                    true => self.enrol_path("enrol?step=scan", rd.as_deref()),
                    false => self.codes_path(CodesReason::Enrolled, rd.as_deref()),
                };
                let response = response::see_other(&next)?;
                return Ok(self.with_session_cookie(response, &first.token, &first.view));
            }
        };
        if starts {
            return self.begin_set_up(request, &view, rd, &form).await;
        }
        if let Some(response) = self.done_already(&view, &form).await? {
            return Ok(response);
        }
        match form.get("step") {
            Some("passkey") => self.confirm_with_passkey(request, &view, rd, &form).await,
            _ => self.confirm(request, &view, rd, submitted(&form)).await,
        }
    }

    /// Begins the set-up. Replacing an authenticator requires a confirmation for this operation: the session alone is
    /// not enough. A first authenticator may require a ticket of an administrator.
    async fn begin_set_up(
        &self,
        request: &Request,
        view: &SessionView,
        rd: Option<String>,
        form: &Fields,
    ) -> Result<Response, PortalError> {
        let confirmation = confirmation(form);
        let begun = match view.factors.enrolled() {
            true => self.authn.begin_replacement(view, confirmation, &request.caller).await,
            false => self.authn.begin_enrolment(view, form.get("ticket"), &request.caller).await,
        };
        let error = match begun {
            Ok(offer) => {
                let instead = form.get("way") == Some("passkey") && self.passkey_instead(view);
                let step = if instead { "enrol?step=passkey" } else { "enrol?step=scan" };
                let next = response::see_other(&self.enrol_path(step, rd.as_deref()))?;
                let cookie = offer.raised.map(|raised| self.session_cookie(&raised.token, &raised.view));
                return Ok(response::with_cookies(next, cookie));
            }
            Err(error) => error,
        };
        match refusal(confirmation, error) {
            Refusal::Retry(problem) => self.intro_page(view, rd, None, Some(problem)).await,
            Refusal::Locked(until) if !view.factors.enrolled() => {
                let text = ticket_locked(until.map(|until| until.since(self.authn.now())));
                Ok(self.mark_locked(self.intro_page(view, rd, None, Some(text.into())).await?, until))
            }
            Refusal::Locked(until) if self.passkey_for_replacement(view).await?.is_some() => {
                let wait = until.map(|until| wait(until.since(self.authn.now())));
                let text = codes_locked(wait);
                Ok(self.mark_locked(self.intro_page(view, rd, None, Some(text.into())).await?, until))
            }
            Refusal::Locked(until) => self.locked(view, SecondFactor::Totp, until, rd.as_deref()).await,
            Refusal::Other(error) => Err(self.factor_error(error, &self.own(&rd))),
        }
    }

    /// Returns the ceremony that allows a replacement, if the user has an authenticator and a passkey.
    async fn passkey_for_replacement(&self, view: &SessionView) -> Result<Option<PasskeyOptions>, PortalError> {
        if !view.factors.enrolled() {
            return Ok(None);
        }
        let passkey = self.authn.request_confirmation(view, Change::ReplaceAuthenticator).await;
        passkey.map_err(|error| self.factor_error(error, &self.own(&None)))
    }

    async fn confirm(
        &self,
        request: &Request,
        view: &SessionView,
        rd: Option<String>,
        submitted: Submitted<'_>,
    ) -> Result<Response, PortalError> {
        let error = match self.authn.confirm_enrolment(view, None, submitted, &request.caller).await {
            Ok(done) => return self.show_first_codes(view, &done, rd),
            Err(error) => error,
        };
        match error {
            FactorError::InvalidToken
            | FactorError::TokenExpired
            | FactorError::InvalidCode { attempts_left: 0, .. } => {
                response::see_other(&self.enrol_path("enrol?again=1", rd.as_deref()))
            }
            error => match Refusal::of(error, SecondFactor::Totp) {
                Refusal::Retry(problem) => self.scan_page(view, rd, Some(problem)).await,
                Refusal::Locked(until) => self.locked(view, SecondFactor::Totp, until, rd.as_deref()).await,
                Refusal::Other(error) => Err(self.factor_error(error, &self.own(&rd))),
            },
        }
    }

    async fn confirm_with_passkey(
        &self,
        request: &Request,
        view: &SessionView,
        rd: Option<String>,
        form: &Fields,
    ) -> Result<Response, PortalError> {
        let (challenge, name) = (form.get("challenge").unwrap_or_default(), form.get("name").unwrap_or_default());
        let error = match self.authn.enrol_with_passkey(view, submitted(form), challenge, name, &request.caller).await {
            Ok(done) => return self.show_first_codes(view, &done, rd),
            Err(error) => error,
        };
        match (passkey_problem(&error), error) {
            (Some(problem), _) => self.passkey_page(view, rd, Some((problem, name))).await,
            (None, FactorError::InvalidToken | FactorError::TokenExpired) => {
                response::see_other(&self.enrol_path("enrol?again=1", rd.as_deref()))
            }
            (None, error) => Err(self.factor_error(error, &self.own(&rd))),
        }
    }

    /// Redirects to the backup codes of a completed set-up, and from there onwards.
    fn show_first_codes(
        &self,
        before: &SessionView,
        done: &Enrolled,
        rd: Option<String>,
    ) -> Result<Response, PortalError> {
        // A replacement began on the account page, so it ends there.
        let onward = rd.or_else(|| before.factors.enrolled().then(|| self.site.path("account")));
        let onward = onward.unwrap_or_else(|| self.home().as_str().to_owned());
        let response = response::see_other(&self.codes_path(CodesReason::Enrolled, Some(&onward)))?;
        Ok(self.with_session(response, &done.token, &done.view))
    }

    /// Whether this session may set up a passkey instead of an app.
    fn passkey_instead(&self, view: &SessionView) -> bool {
        self.authn.passkeys_enabled() && !view.factors.enrolled()
    }

    /// Returns the session if it may enrol: a first authenticator requires a sign-in, a replacement also a fresh confirmation.
    async fn enrolling(&self, request: &Request, rd: Option<&str>) -> Result<Box<SessionView>, PortalError> {
        let own = self.own(&rd.map(str::to_owned));
        let view = self.signed_in(request, &own).await?;
        match self.authn.standing(&view) {
            Standing::Waiting(Step::Verify) => Err(self.step(Step::Verify, &own)),
            _ => Ok(view),
        }
    }

    /// Returns the URL of the set-up, as a return URL.
    fn own(&self, rd: &Option<String>) -> String {
        self.enrol_path("enrol", rd.as_deref())
    }

    fn enrol_path(&self, page: &str, rd: Option<&str>) -> String {
        let shell = self.shell(None);
        rd.map_or_else(|| shell.path(page), |rd| shell.path_returning(page, rd))
    }

    async fn intro_page(
        &self,
        view: &SessionView,
        rd: Option<String>,
        alert: Option<Text>,
        error: Option<Problem>,
    ) -> Result<Response, PortalError> {
        let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let skippable = !demands_second_factor(view, self.authn.policy());
        let asks = rd.clone().filter(|rd| self.demands(rd));
        let skip = skippable.then(|| self.way_out(rd.as_deref()));
        let page = EnrolIntroPage {
            shell: self.shell(Some(view)),
            rd,
            replaces: view.factors.enrolled(),
            ticket: self.authn.needs_ticket(view).await?,
            skip,
            alert,
            asks,
            error,
            passkey: self.passkey_for_replacement(view).await?,
            passkey_instead: self.passkey_instead(view),
        };
        response::page(status, &page)
    }

    /// Renders the QR code with the field for the first code. Redirects to the introduction if no set-up is pending.
    async fn scan_page(
        &self,
        view: &SessionView,
        rd: Option<String>,
        error: Option<Problem>,
    ) -> Result<Response, PortalError> {
        let offer = self.authn.pending_offer(view).await.map_err(|error| self.factor_error(error, &self.own(&rd)))?;
        let Some(offer) = offer else { return response::see_other(&self.enrol_path("enrol?again=1", rd.as_deref())) };
        let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        response::page(status, &self.scan(view, &offer, rd, error))
    }

    /// Renders the page that has the browser make a passkey. Redirects to the introduction if no set-up is pending.
    async fn passkey_page(
        &self,
        view: &SessionView,
        rd: Option<String>,
        refused: Option<(Problem, &str)>,
    ) -> Result<Response, PortalError> {
        let set_up = self.authn.passkey_set_up(view).await.map_err(|error| self.factor_error(error, &self.own(&rd)))?;
        let Some(set_up) = set_up else { return response::see_other(&self.enrol_path("enrol?again=1", rd.as_deref())) };
        let (error, name) = refused.unzip();
        let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let reason = error.as_ref().and_then(Problem::reason);
        let page = EnrolPasskeyPage {
            shell: self.shell(Some(view)),
            passkey: set_up.options,
            name: name.unwrap_or_default().to_owned(),
            rd,
            minutes_left: set_up.expires_at.since(self.authn.now()).as_secs().div_ceil(60),
            error,
            version: view.session.version,
        };
        Ok(self.mark_reason(response::page(status, &page)?, reason))
    }

    /// Builds the page with the QR code of an offer.
    pub(super) fn scan(
        &self,
        view: &SessionView,
        offer: &Offer,
        rd: Option<String>,
        error: Option<Problem>,
    ) -> EnrolScanPage {
        let url = offer.otpauth_url.expose_secret();
        let seconds = offer.expires_at.since(self.authn.now()).as_secs();
        EnrolScanPage {
            shell: self.shell(Some(view)),
            rd,
            qr: qr_svg(url).unwrap_or_default(),
            key_groups: group_in_fours(offer.secret_base32.expose_secret()),
            otpauth_url: url.to_owned(),
            minutes_left: seconds.div_ceil(60),
            error,
            version: view.session.version,
            adds: None,
            passkey_instead: self.passkey_instead(view),
        }
    }

    /// Responds to a form that was processed before and is submitted again from the browser's history. The form carries
    /// the session version that it was rendered for; processing it raised the version.
    pub(super) async fn done_already(
        &self,
        view: &SessionView,
        form: &Fields,
    ) -> Result<Option<Response>, PortalError> {
        let made_for = form.get("version").and_then(|text| text.parse::<i64>().ok());
        if !view.factors.enrolled() || made_for.is_none_or(|version| version == view.session.version) {
            return Ok(None);
        }
        let fresh = self.authn.fresh_codes(view).await.unwrap_or_default();
        if !fresh.is_empty() {
            return response::see_other(&self.codes_path(CodesReason::Replaced, None)).map(Some);
        }
        let shell = self.shell(Some(view));
        let (fresh, account) = (shell.path("account/backup-codes"), shell.path("account"));
        let notice = crate::pages::Notice::new(shell, Text::new("codes-done-already-heading"))
            .say(Text::new("codes-done-already"))
            .say(Text::new("codes-done-already-lost"))
            .offer(Text::new("frame-to-account"), account)
            .offer(Text::new("codes-make-new"), fresh)
            .good();
        response::page(StatusCode::OK, &notice).map(Some)
    }
}

/// Returns the message for a ticket that was not looked at after too many wrong ones.
fn ticket_locked(left: Option<Duration>) -> Text {
    match left {
        Some(left) => Text::new("factor-ticket-locked-for").with("wait", wait(left)),
        None => Text::new("factor-ticket-locked"),
    }
}
