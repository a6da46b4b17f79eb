//! The JSON API: the NetPilot guide's routes in its envelope, `/me` in the backend's form, and the session endpoint.

mod factors;
mod problems;
mod repetition;
mod sent_codes;
mod session;

use std::collections::BTreeMap;

use http::StatusCode;
use postern_authn::access::{Standing, Step, standing};
use postern_authn::subject::Subject;
use postern_keystore::CookieRead;
use postern_model::clock::Timestamp;
use postern_model::session::SessionView;
use postern_model::user::User;
use postern_model::web::Envelope;
use serde_json::Value;

use crate::error::PortalError;
use crate::handlers::offer_binding;
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};
use crate::route::ApiRoute;
use crate::session::SessionLookup;

impl Portal {
    /// Answers a call. Every call needs a session; the operation in `postern-authn` checks its level.
    pub(crate) async fn api(
        &self,
        call: ApiRoute,
        request: &Request,
        started: Timestamp,
    ) -> Result<Response, PortalError> {
        if call == ApiRoute::Me {
            return self.answer_me(request).await;
        }
        let view = match self.api_session(request).await {
            Ok(view) => view,
            // The first of two identical calls may have rotated the session's token.
            Err(missing @ PortalError::StepRequired(..)) => {
                let repeated = self.repeated_call(call, request).await?;
                return repeated.map(|answer| self.enveloped(answer, started)).ok_or(missing);
            }
            Err(error) => return Err(error),
        };
        let answer = match call {
            ApiRoute::SetupStart => self.setup_start(&view, request).await?,
            ApiRoute::SetupVerify => self.setup_verify(&view, request).await?,
            ApiRoute::Verify => self.api_verify(&view, request).await?,
            ApiRoute::SendCode => self.api_send_code(&view, request).await?,
            ApiRoute::Status => ApiResponse::of(self.status(&view)),
            ApiRoute::Disable => self.api_disable(&view, request).await?,
            ApiRoute::Reset => self.reset(&view, request).await?,
            ApiRoute::GenerateCodes => self.generate_codes(&view, request).await?,
            ApiRoute::Session => ApiResponse::of(self.session_info(&view)),
            ApiRoute::Me | ApiRoute::Unknown => return Err(PortalError::NotFound),
        };
        Ok(self.enveloped(answer, started))
    }

    fn enveloped(&self, answer: ApiResponse, started: Timestamp) -> Response {
        let now = self.authn.now();
        let body = Envelope { now, elapsed: now.since(started) }.success(answer.data);
        let mut response = response::with_cookies(response::json(StatusCode::OK, &body), answer.cookie);
        offer_binding(&mut response, answer.binding);
        response
    }

    /// `GET /me`. While the store is unavailable it is answered from cached sessions for the outage grace, as the
    /// application's own calls are.
    async fn answer_me(&self, request: &Request) -> Result<Response, PortalError> {
        let error = match self.api_session(request).await {
            Ok(view) => return self.me_of(view.as_ref(), self.authn.standing(&view), Some(&view.user)),
            Err(error) => error,
        };
        let (PortalError::StoreUnavailable, (CookieRead::Token(token), bound)) =
            (&error, self.settings.cookie.read_both(&request.headers))
        else {
            return Err(error);
        };
        let Some(cached) = (self.settings.outage_sessions)(token.hash()).await else { return Err(error) };
        if !self.authn.is_usable(cached.as_ref(), bound.as_ref()) {
            return Err(self.step(Step::SignIn, self.home().as_str()));
        }
        match standing(cached.as_ref(), self.authn.policy(), self.authn.now()) {
            Standing::Over => Err(self.step(Step::SignIn, self.home().as_str())),
            standing => self.me_of(cached.as_ref(), standing, None),
        }
    }

    fn me_of<S: Subject + ?Sized>(
        &self,
        subject: &S,
        standing: Standing,
        user: Option<&User>,
    ) -> Result<Response, PortalError> {
        match standing {
            // A dashboard without support for second factors treats 200 as "signed in". 401 makes it offer its login,
            // which leads to the missing step.
            Standing::Waiting(step) if self.asks_itself() => Err(self.step(step, self.home().as_str())),
            _ => Ok(response::json(StatusCode::OK, &self.me(subject, user))),
        }
    }

    async fn api_session(&self, request: &Request) -> Result<Box<SessionView>, PortalError> {
        match self.lookup_session(request).await? {
            SessionLookup::Active(view) => Ok(view),
            SessionLookup::InvalidCookie => Err(PortalError::CookieRefused),
            SessionLookup::CookiesTooLarge => Err(PortalError::CookiesTooLarge),
            SessionLookup::Absent | SessionLookup::Ended => {
                Err(PortalError::StepRequired(Step::SignIn, self.site.url_returning("sign-in", self.home().as_str())))
            }
        }
    }
}

/// Builds the response: the envelope's data, and the session cookie if the token was rotated.
struct ApiResponse {
    data: Value,
    cookie: Option<http::HeaderValue>,
    /// The offer to bind the session to its device.
    binding: Option<http::HeaderValue>,
}

impl ApiResponse {
    fn of(data: Value) -> Self {
        Self { data, cookie: None, binding: None }
    }

    fn offering(self, binding: Option<http::HeaderValue>) -> Self {
        Self { binding, ..self }
    }
}

/// Members of a JSON body.
#[derive(Default)]
struct Body(BTreeMap<String, Value>);

impl Body {
    /// Parses an object. An empty body and `null` count as an empty object.
    fn parse(request: &Request) -> Result<Self, PortalError> {
        if request.body.is_empty() {
            return Ok(Self(BTreeMap::new()));
        }
        serde_json::from_slice::<Option<_>>(&request.body).map(|body| Self(body.unwrap_or_default())).map_err(|_| {
            PortalError::refused(StatusCode::BAD_REQUEST, "INVALID_JSON", "The request body is no JSON object.")
        })
    }

    /// Returns a string member; absent, `null` and blank are `None`.
    fn text(&self, name: &str) -> Result<Option<&str>, PortalError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
            Some(_) => Err(PortalError::refused(
                StatusCode::BAD_REQUEST,
                "INVALID_REQUEST",
                format!("\"{name}\" must be a string."),
            )),
        }
    }
}
