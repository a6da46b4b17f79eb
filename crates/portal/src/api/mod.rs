//! The JSON API: the routes of the NetPilot guide in its envelope, `/me` in the backend's own form, and who is asking.

mod factors;
mod problems;
mod session;

use std::collections::BTreeMap;

use http::StatusCode;
use postern_authn::access::Step;
use postern_model::clock::Timestamp;
use postern_model::session::SessionView;
use postern_model::web::Envelope;
use serde_json::Value;

use crate::ask::Ask;
use crate::portal::Portal;
use crate::reply::{self, Reply};
use crate::route::ApiRoute;
use crate::trouble::Trouble;
use crate::visitor::Visitor;

impl Portal {
    /// Answers a call. All of them need a session; which level, each operation of `postern-authn` says itself.
    pub(crate) async fn api(&self, call: ApiRoute, ask: &Ask, started: Timestamp) -> Result<Reply, Trouble> {
        let view = self.api_session(ask).await?;
        let answer = match call {
            ApiRoute::Me => return Ok(reply::json(StatusCode::OK, &self.me(&view))),
            ApiRoute::SetupStart => self.setup_start(&view).await?,
            ApiRoute::SetupVerify => self.setup_verify(&view, ask).await?,
            ApiRoute::Verify => self.api_verify(&view, ask).await?,
            ApiRoute::Status => Answer::of(self.status(&view)),
            ApiRoute::Disable => self.api_disable(&view, ask).await?,
            ApiRoute::Reset => self.reset(&view, ask).await?,
            ApiRoute::GenerateCodes => self.generate_codes(&view, ask).await?,
            ApiRoute::Session => Answer::of(self.session_info(&view)),
            ApiRoute::Unknown => return Err(Trouble::NotFound),
        };
        let now = self.authn.now();
        let body = Envelope { now, elapsed: now.since(started) }.success(answer.data);
        Ok(reply::with_cookies(reply::json(StatusCode::OK, &body), answer.cookie))
    }

    async fn api_session(&self, ask: &Ask) -> Result<Box<SessionView>, Trouble> {
        match self.visitor(ask).await? {
            Visitor::Known(view) => Ok(view),
            Visitor::Confused => Err(Trouble::CookieRefused),
            Visitor::Stranger | Visitor::Stale => {
                Err(Trouble::StepRequired(Step::SignIn, self.site.url_returning("sign-in", self.home().as_str())))
            }
        }
    }
}

/// What a call gives: the envelope's data, and a cookie where the session's token rotated.
struct Answer {
    data: Value,
    cookie: Option<http::HeaderValue>,
}

impl Answer {
    fn of(data: Value) -> Self {
        Self { data, cookie: None }
    }
}

/// The members of a JSON body that calls look at.
struct Body(BTreeMap<String, Value>);

impl Body {
    /// Reads an object; no body at all counts as an empty one.
    fn parse(ask: &Ask) -> Result<Self, Trouble> {
        if ask.body.is_empty() {
            return Ok(Self(BTreeMap::new()));
        }
        serde_json::from_slice(&ask.body).map(Self).map_err(|_| {
            Trouble::refused(StatusCode::BAD_REQUEST, "INVALID_JSON", "The request body is no JSON object.")
        })
    }

    /// A text member; absent, `null` and empty are all `None`.
    fn text(&self, name: &str) -> Result<Option<&str>, Trouble> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
            Some(_) => Err(Trouble::refused(
                StatusCode::BAD_REQUEST,
                "INVALID_REQUEST",
                format!("\"{name}\" must be a string."),
            )),
        }
    }
}
