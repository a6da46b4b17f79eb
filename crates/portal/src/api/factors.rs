//! The `/api/2fa` calls of the guide (section 2.2) and of newer dashboards.

use http::StatusCode;
use postern_authn::access::{counts, demands_second_factor};
use postern_model::ExposeSecret;
use postern_model::enrolment::LIFETIME;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;
use serde_json::{Value, json};

use super::problems::Codes;
use super::repetition::{method, submitted, succeeded};
use super::{ApiResponse, Body};
use crate::error::PortalError;
use crate::pages::qr_data_url;
use crate::portal::Portal;
use crate::request::Request;
use crate::route::ApiRoute;

const SETUP_START: Codes =
    Codes { missing: ("MISSING_DATA", "Data required"), failed: ("SETUP_FAILED", "Failed to start 2FA setup") };
const SETUP_VERIFY: Codes = Codes {
    missing: ("MISSING_DATA", "Code and setup token required"),
    failed: ("VERIFICATION_FAILED", "Failed to verify 2FA setup"),
};
const VERIFY: Codes = Codes {
    missing: ("MISSING_CODE", "Verification code required"),
    failed: ("VERIFICATION_ERROR", "Verification failed"),
};
const DISABLE: Codes = Codes {
    missing: ("MISSING_CODE", "2FA code required to disable"),
    failed: ("DISABLE_ERROR", "Failed to disable 2FA"),
};
const RESET: Codes = Codes { failed: ("RESET_ERROR", "Failed to reset 2FA"), ..DISABLE };
const GENERATE: Codes = Codes {
    missing: ("MISSING_CODE", "2FA code required to generate backup codes"),
    failed: ("BACKUP_CODES_ERROR", "Failed to generate backup codes"),
};

impl Portal {
    /// The legacy dashboard sends no body, which begins a first set-up; with `ticket` where one is needed. With `code`,
    /// an enabled authenticator is replaced.
    pub(super) async fn setup_start(&self, view: &SessionView, request: &Request) -> Result<ApiResponse, PortalError> {
        // What a dashboard sends beside its request for a first set-up was never read.
        let body =
            if view.factors.enrolled() { Body::parse(request)? } else { Body::parse(request).unwrap_or_default() };
        let offer = match body.text("code")?.filter(|_| view.factors.enrolled()) {
            Some(_) => {
                let code = submitted(ApiRoute::SetupStart, &body, &request.caller)?;
                self.authn.begin_replacement(view, code, &request.caller).await
            }
            None => self.authn.begin_enrolment(view, body.text("ticket")?, &request.caller).await,
        };
        let offer = offer.map_err(|error| self.problem(error, view, &SETUP_START))?;
        let (code, message) = SETUP_START.failed;
        let qr_code = qr_data_url(offer.otpauth_url.expose_secret())
            .ok_or_else(|| PortalError::refused(StatusCode::INTERNAL_SERVER_ERROR, code, message))?;
        Ok(ApiResponse::of(json!({
            "qr_code": qr_code,
            "secret": offer.secret_base32.expose_secret(),
            "setup_token": offer.setup_token.as_ref().map(ExposeSecret::expose_secret),
            "expires_in": LIFETIME.as_secs(),
        })))
    }

    pub(super) async fn setup_verify(&self, view: &SessionView, request: &Request) -> Result<ApiResponse, PortalError> {
        let body = Body::parse(request)?;
        let (Some(_), Some(setup_token)) = (body.text("code")?, body.text("setup_token")?) else {
            return Err(PortalError::refused(StatusCode::BAD_REQUEST, SETUP_VERIFY.missing.0, SETUP_VERIFY.missing.1));
        };
        let code = submitted(ApiRoute::SetupVerify, &body, &request.caller)?;
        let done = self
            .authn
            .confirm_enrolment(view, Some(setup_token), code, &request.caller)
            .await
            .map_err(|error| self.problem(error, view, &SETUP_VERIFY))?;
        let cookie = self.session_cookie(&done.token, &done.view);
        Ok(succeeded(ApiRoute::SetupVerify, &done.backup_codes, Some(cookie)).offering(self.binding_offer(&done.view)))
    }

    pub(super) async fn api_verify(&self, view: &SessionView, request: &Request) -> Result<ApiResponse, PortalError> {
        let body = Body::parse(request)?;
        let (method, code) = (method(ApiRoute::Verify, &body)?, submitted(ApiRoute::Verify, &body, &request.caller)?);
        let raised = self
            .authn
            .verify(view, method, code, &request.caller)
            .await
            .map_err(|error| self.problem(error, view, &VERIFY))?;
        let cookie = self.session_cookie(&raised.token, &raised.view);
        Ok(succeeded(ApiRoute::Verify, &[], Some(cookie)).offering(self.binding_offer(&raised.view)))
    }

    pub(super) fn status(&self, view: &SessionView) -> Value {
        let factors = view.factors;
        let codes = if factors.enrolled() { factors.backup_codes_left } else { 0 };
        let sent = |factor| (self.authn.offers_codes(view, factor), factor);
        let methods = [
            (factors.totp, SecondFactor::Totp),
            (codes > 0, SecondFactor::Backup),
            sent(SecondFactor::Email),
            sent(SecondFactor::Sms),
        ];
        let available: Vec<&str> =
            methods.into_iter().filter(|(has, _)| *has).map(|(_, method)| method.name()).collect();
        let policy = self.authn.policy();
        json!({
            "is_enabled": factors.enrolled(),
            "is_required": demands_second_factor(view, policy),
            "is_verified": counts(view, policy.limits.second_factor, self.authn.now()).is_some(),
            "methods_available": available,
            "backup_codes_remaining": codes,
        })
    }

    pub(super) async fn api_disable(&self, view: &SessionView, request: &Request) -> Result<ApiResponse, PortalError> {
        let body = Body::parse(request)?;
        let code = submitted(ApiRoute::Disable, &body, &request.caller)?;
        let token = self
            .authn
            .disable(view, code, &request.caller)
            .await
            .map_err(|error| self.problem(error, view, &DISABLE))?;
        Ok(succeeded(ApiRoute::Disable, &[], Some(self.session_cookie(&token, view))))
    }

    /// "Start over": drops a pending set-up. The dashboards send no body; an enabled authenticator is removed only with
    /// `code`.
    pub(super) async fn reset(&self, view: &SessionView, request: &Request) -> Result<ApiResponse, PortalError> {
        let body = if view.factors.enrolled() { Body::parse(request)? } else { Body::default() };
        let code = match body.text("code")? {
            Some(_) => Some(submitted(ApiRoute::Reset, &body, &request.caller)?.into()),
            None => None,
        };
        let token =
            self.authn.reset(view, code, &request.caller).await.map_err(|error| self.problem(error, view, &RESET))?;
        Ok(succeeded(ApiRoute::Reset, &[], token.map(|token| self.session_cookie(&token, view))))
    }

    pub(super) async fn generate_codes(
        &self,
        view: &SessionView,
        request: &Request,
    ) -> Result<ApiResponse, PortalError> {
        let body = Body::parse(request)?;
        let code = submitted(ApiRoute::GenerateCodes, &body, &request.caller)?;
        let made = self
            .authn
            .regenerate_codes(view, code, &request.caller)
            .await
            .map_err(|error| self.problem(error, view, &GENERATE))?;
        let cookie = self.session_cookie(&made.token, &made.view);
        Ok(succeeded(ApiRoute::GenerateCodes, &made.backup_codes, Some(cookie)))
    }
}
