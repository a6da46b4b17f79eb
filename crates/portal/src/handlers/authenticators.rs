//! Authenticator apps on the account page: added after a confirmation, renamed, removed with one.

use http::StatusCode;
use postern_authn::factors::{Confirmation, FactorError};
use postern_model::authenticator::{AUTHENTICATORS_MAX, Authenticator};
use postern_model::factor::SecondFactor;
use postern_model::id::AuthenticatorId;
use postern_model::session::SessionView;

use super::confirmation::confirmation;
use super::enrol::begin_again;
use super::factor_errors::Refusal;
use super::repetition::{Submission, submitted};
use crate::error::PortalError;
use crate::pages::{ConfirmPurpose, EnrolScanPage, NewAuthenticator, Problem};
use crate::portal::Portal;
use crate::request::{Fields, Request};
use crate::response::{self, Response};

/// Path of the page that asks for a confirmation before an authenticator is added.
const ADD: &str = "account/authenticators/add";
/// Path of the page with the QR code of the new authenticator.
const NEW: &str = "account/authenticators/new";

impl Portal {
    /// `GET account/authenticators/add`: asks for a confirmation.
    pub(crate) async fn ask_to_add_authenticator(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, ADD).await?;
        let count = self.authn.authenticators(&view).await?.len();
        if u32::try_from(count).unwrap_or(u32::MAX) >= AUTHENTICATORS_MAX {
            return self.account_saying("authenticators-full");
        }
        self.confirm_page(&view, ConfirmPurpose::AddAuthenticator, None).await
    }

    /// `POST account/authenticators/add`: takes the confirmation, and redirects to the QR code.
    pub(crate) async fn begin_authenticator(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let next = response::see_other(&self.site.path(NEW))?;
        let session = self.enrolled(request, ADD).await;
        let view = match self.submission_to_confirm(session, request, &form).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => return Ok(self.with_session_cookie(next, &first.token, &first.view)),
        };
        let (purpose, confirmation) = (ConfirmPurpose::AddAuthenticator, confirmation(&form));
        match self.authn.begin_authenticator(&view, confirmation, &request.caller).await {
            Ok(offer) => {
                let cookie = offer.raised.map(|raised| self.session_cookie(&raised.token, &raised.view));
                Ok(response::with_cookies(next, cookie))
            }
            // A repetition of a code whose set-up is over.
            Err(FactorError::InvalidToken) => self.confirm_page(&view, purpose, Some(begin_again())).await,
            Err(error) => self.authenticator_refused(&view, purpose, confirmation, error).await,
        }
    }

    /// `GET account/authenticators/new`: shows the QR code with the field for the first code.
    pub(crate) async fn show_new_authenticator(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, ADD).await?;
        self.new_authenticator_page(&view, String::new(), None).await
    }

    /// `POST account/authenticators/new`: verifies the first code.
    pub(crate) async fn add_authenticator(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let done = self.account_saying("authenticator")?;
        let session = self.enrolled(request, ADD).await;
        let view = match self.submission(session, request, &form, SecondFactor::Totp).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => return Ok(self.with_session_cookie(done, &first.token, &first.view)),
        };
        let name = form.get("name").unwrap_or_default();
        let error = match self.authn.add_authenticator(&view, submitted(&form), name, &request.caller).await {
            Ok(added) => return Ok(self.with_session_cookie(done, &added.token, &added.view)),
            Err(error) => error,
        };
        match error {
            FactorError::InvalidToken
            | FactorError::TokenExpired
            | FactorError::InvalidCode { attempts_left: 0, .. } => {
                self.confirm_page(&view, ConfirmPurpose::AddAuthenticator, Some(begin_again())).await
            }
            FactorError::AuthenticatorsFull => self.account_saying("authenticators-full"),
            error => match Refusal::of(error, SecondFactor::Totp) {
                Refusal::Retry(problem) => self.new_authenticator_page(&view, name.to_owned(), Some(problem)).await,
                Refusal::Locked(until) => self.locked(&view, SecondFactor::Totp, until, None).await,
                Refusal::Other(error) => Err(self.factor_error(error, &self.site.path("account"))),
            },
        }
    }

    /// `POST account/authenticators/rename`.
    pub(crate) async fn rename_authenticator(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, "account").await?;
        let form = request.form();
        self.check_form(&view, &form)?;
        let name = form.get("name").unwrap_or_default();
        let renamed = match id(&form) {
            Some(id) => self.authn.rename_authenticator(&view, id, name, &request.caller).await,
            None => Ok(false),
        };
        let renamed = renamed.map_err(|error| self.factor_error(error, &self.site.path("account")))?;
        self.account_saying(if renamed { "authenticator-renamed" } else { "authenticator-gone" })
    }

    /// `GET account/authenticators/remove?id=…`: asks for a confirmation.
    pub(crate) async fn ask_to_remove_authenticator(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, "account").await?;
        match self.authenticator_named(&view, &request.query).await? {
            Ok(named) => self.confirm_page(&view, removal(named), None).await,
            Err(why) => self.account_saying(why),
        }
    }

    /// `POST account/authenticators/remove`.
    pub(crate) async fn remove_authenticator(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let done = self.account_saying("authenticator-removed")?;
        let session = self.enrolled(request, "account").await;
        let view = match self.submission_to_confirm(session, request, &form).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => return Ok(self.with_session_cookie(done, &first.token, &first.view)),
        };
        let confirmation = confirmation(&form);
        let refused = match self.authenticator_named(&view, &form).await? {
            Ok(named) => {
                match self.authn.remove_authenticator(&view, named.0.id, confirmation, &request.caller).await {
                    Ok(raised) => return Ok(self.with_session_cookie(done, &raised.token, &raised.view)),
                    Err(error) => self.authenticator_refused(&view, removal(named), confirmation, error).await,
                }
            }
            Err(why) => self.account_saying(why),
        };
        match self.repetition(request, &form, confirmation.factor()).await? {
            Some(first) => Ok(self.with_session_cookie(done, &first.token, &first.view)),
            None => refused,
        }
    }

    fn account_saying(&self, done: &str) -> Result<Response, PortalError> {
        response::see_other(&self.site.path(&format!("account?done={done}")))
    }

    /// Renders the QR code. Asks for a code again if no set-up is pending.
    async fn new_authenticator_page(
        &self,
        view: &SessionView,
        name: String,
        error: Option<Problem>,
    ) -> Result<Response, PortalError> {
        let offer = self.authn.pending_authenticator(view).await;
        let offer = offer.map_err(|error| self.factor_error(error, &self.site.path("account")))?;
        let Some(offer) = offer else { return response::see_other(&self.site.path(ADD)) };
        let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let page = self.scan(view, &offer, None, error);
        response::page(status, &EnrolScanPage { adds: Some(NewAuthenticator { name }), ..page })
    }

    /// Returns the authenticator that a query or form names and whether it is the only one, or what the account page says where
    /// it cannot be removed.
    async fn authenticator_named(
        &self,
        view: &SessionView,
        fields: &Fields,
    ) -> Result<Result<(Authenticator, bool), &'static str>, PortalError> {
        let listed = self.authn.authenticators(view).await?;
        let only = listed.len() == 1;
        let named = id(fields).and_then(|id| listed.into_iter().find(|(one, _)| one.id == id));
        Ok(match named {
            None => Err("authenticator-gone"),
            Some(_) if only && self.authn.passkeys(view).await?.is_empty() => Err("authenticator-only"),
            Some((authenticator, _)) => Ok((authenticator, only)),
        })
    }

    async fn authenticator_refused(
        &self,
        view: &SessionView,
        purpose: ConfirmPurpose,
        confirmation: Confirmation<'_>,
        error: FactorError,
    ) -> Result<Response, PortalError> {
        match self.confirmation_refused(view, purpose, confirmation, error).await? {
            Ok(response) => Ok(response),
            Err(FactorError::AuthenticatorsFull) => self.account_saying("authenticators-full"),
            Err(FactorError::LastAuthenticator) => self.account_saying("authenticator-only"),
            // Another session removed it meanwhile.
            Err(FactorError::NotEnrolled) => self.account_saying("authenticator-gone"),
            Err(error) => Err(self.factor_error(error, &self.site.path("account"))),
        }
    }
}

fn id(fields: &Fields) -> Option<AuthenticatorId> {
    fields.get("id")?.parse().ok()
}

fn removal((authenticator, only): (Authenticator, bool)) -> ConfirmPurpose {
    let name = authenticator.name.unwrap_or_default();
    ConfirmPurpose::RemoveAuthenticator { id: authenticator.id, name, only }
}
