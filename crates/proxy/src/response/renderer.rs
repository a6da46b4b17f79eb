//! Renderer of all refusals of the data plane, for every face.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, ORIGIN, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use http::{Method, Response, StatusCode};
use postern_authn::access::{Permitted, Step};
use postern_keystore::SessionCookie;
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::language::Wishes;
use postern_model::web::{Cors, Envelope, Fields, Problem, RefusalPages, Refused, SESSION_CHALLENGE, Site};

use super::body::Body;
use super::no_store::no_store;
use super::style::ChallengeStyle;
use super::{Reader, Rendering, grpc, problems};
use crate::gate::Refusal;
use crate::target::host::HostRefused;
use crate::target::{NoTarget, Target};

/// `Retry-After` in seconds, for failures of the store or of an upstream.
const RETRY_SOON: HeaderValue = HeaderValue::from_static("5");

/// Renders the gateway's own responses: a page for people, the JSON envelope for programs, a gRPC status for gRPC clients.
///
/// No response is cacheable, reveals internals or repeats client input. Each carries the identifier of its request and
/// the headers that let an allowed origin read it.
pub struct Renderer {
    pub(crate) site: Site,
    pub(crate) cors: Cors,
    pub(crate) cookie: SessionCookie,
    pub(crate) pages: Arc<dyn RefusalPages>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Renderer {
    /// Explains that a host is not served, and names the address that is.
    pub fn unknown_host(&self) -> Problem {
        problems::unknown_host(&self.site)
    }

    /// Returns the language that the sender of a request wants pages to be in.
    pub fn wishes(&self, fields: &impl Fields) -> Wishes {
        Wishes::of(fields, self.cookie.language(fields))
    }

    /// Renders a problem. A 401 carries its challenge.
    pub fn problem(&self, reader: Reader<'_>, status: StatusCode, problem: &Problem) -> Response<Body> {
        let refused = Refused::draw(self.entropy.as_ref(), problem.code);
        let mut response = match reader.rendering {
            Rendering::Page => {
                let unknown = Wishes::default();
                self.pages.page(status, problem, refused.id, reader.wishes.unwrap_or(&unknown)).map(Body::full)
            }
            Rendering::Json => {
                let envelope = Envelope { now: self.clock.now(), elapsed: Duration::ZERO };
                json_body(envelope.failure(problem).to_string())
            }
            Rendering::Grpc => grpc::trailers_only(status, problem),
        };
        *response.status_mut() = status;
        refused.mark(&mut response);
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, SESSION_CHALLENGE);
        }
        no_store(headers);
        self.share(reader, headers);
        response
    }

    /// Renders the refusal of a request that the gateway would have forwarded.
    pub(crate) fn refusal(&self, target: &Target<'_>, refusal: Refusal) -> Response<Body> {
        match refusal {
            Refusal::Challenge(step) => self.challenge(target, step),
            _ => self.refusal_to(Reader::of(target), refusal),
        }
    }

    /// Does the same for a client whose target is unknown.
    pub(crate) fn refusal_to(&self, reader: Reader<'_>, refusal: Refusal) -> Response<Body> {
        let problem = match refusal {
            Refusal::NoTarget(NoTarget::HostRefused(HostRefused::Unknown)) => problems::unknown_host(&self.site),
            _ => problems::of(refusal),
        };
        let mut response = self.problem(reader, problems::status(refusal), &problem);
        match refusal {
            Refusal::Cookie => {
                response.headers_mut().append(SET_COOKIE, self.cookie.clear());
            }
            Refusal::Unavailable => {
                response.headers_mut().insert(RETRY_AFTER, RETRY_SOON);
            }
            _ => {}
        }
        response
    }

    /// Renders the refusal of a check. The status is 401, a redirect, 403 or 503, as proxies expect.
    pub(crate) fn check_refusal(
        &self,
        style: &ChallengeStyle,
        target: &Target<'_>,
        refusal: Refusal,
    ) -> Response<Body> {
        match refusal {
            // The page of the missing step would be checked like this request, and redirect to itself in a loop.
            Refusal::Challenge(_) if self.is_own_page(target) => {
                tracing::warn!(
                    base_path = self.site.base_path(),
                    "forward-auth check for the gateway's own pages denied: the proxy has to send this path to the gateway without a check"
                );
                self.problem(Reader::of_check(target), StatusCode::FORBIDDEN, &problems::own_page())
            }
            Refusal::Challenge(step) => self.check_challenge(style, target, step),
            // These proxies forward only selected parts of the response, so the client is sent to the sign-in page: it
            // explains the problem, does not loop, and a sign-in replaces the cookie.
            Refusal::Cookie | Refusal::CookiesTooLarge if !style.whole => {
                self.check_challenge(style, target, Step::SignIn)
            }
            Refusal::Cookie | Refusal::CookiesTooLarge | Refusal::Unavailable => {
                self.refusal_to(Reader::of_check(target), refusal)
            }
            _ => self.problem(Reader::of_check(target), StatusCode::FORBIDDEN, &problems::of(refusal)),
        }
    }

    fn is_own_page(&self, target: &Target<'_>) -> bool {
        let below = target.uri.path().strip_prefix(self.site.base_path());
        // Other hosts have pages of ours where a session is handed over to them.
        let has_pages = target.host.origin() == self.site.origin() || !self.cookie.is_shared();
        has_pages && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn check_challenge(&self, style: &ChallengeStyle, target: &Target<'_>, step: Step) -> Response<Body> {
        let url = self.step_url(target, step);
        let mut response = match style.whole {
            true => self.challenge_to(Reader::of_check(target), target, step),
            false => self.problem(Reader::of_check(target), StatusCode::UNAUTHORIZED, &problems::step(step, &url)),
        };
        if let (Some(name), Ok(url)) = (&style.names, HeaderValue::try_from(url)) {
            response.headers_mut().insert(name.clone(), url);
        }
        response
    }

    /// Renders a missing step: a redirect for people, 401 with the URL for programs.
    pub(crate) fn challenge(&self, target: &Target<'_>, step: Step) -> Response<Body> {
        self.challenge_to(Reader::of(target), target, step)
    }

    fn challenge_to(&self, reader: Reader<'_>, target: &Target<'_>, step: Step) -> Response<Body> {
        let url = self.step_url(target, step);
        let location = match reader.rendering {
            Rendering::Page => HeaderValue::try_from(url.as_str()).ok(),
            Rendering::Json | Rendering::Grpc => None,
        };
        let Some(location) = location else {
            return self.problem(reader, StatusCode::UNAUTHORIZED, &problems::step(step, &url));
        };
        let safe = matches!(target.method, Method::GET | Method::HEAD | Method::OPTIONS);
        self.redirect_to_step(if safe { StatusCode::FOUND } else { StatusCode::SEE_OTHER }, step, location)
    }

    /// Redirects a person whose form is kept to the missing step, and from there to the page that offers to send the form.
    pub(crate) fn challenge_of_kept(&self, step: Step, token: &str) -> Response<Body> {
        let url = self.site.url_returning(step.page(), &self.site.path(&format!("kept?form={token}")));
        match HeaderValue::try_from(url.as_str()) {
            Ok(location) => self.redirect_to_step(StatusCode::SEE_OTHER, step, location),
            Err(_) => self.problem(Reader::PROGRAM, StatusCode::UNAUTHORIZED, &problems::step(step, &url)),
        }
    }

    fn redirect_to_step(&self, status: StatusCode, step: Step, location: HeaderValue) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = status;
        Refused::draw(self.entropy.as_ref(), step.code()).mark(&mut response);
        response.headers_mut().insert(LOCATION, location);
        no_store(response.headers_mut());
        response
    }

    /// Renders JSON for a user who was admitted.
    pub(crate) fn json(
        &self,
        _permitted: Permitted<()>,
        reader: Reader<'_>,
        value: &serde_json::Value,
    ) -> Response<Body> {
        let mut response = json_body(value.to_string());
        no_store(response.headers_mut());
        self.share(reader, response.headers_mut());
        response
    }

    /// Returns the URL of a step, with the return URL. With the NetPilot profile a script's call returns to the
    /// dashboard that made it, since the call's own address is not a page.
    fn step_url(&self, target: &Target<'_>, step: Step) -> String {
        let script = target.method_is_known && !matches!(Reader::of(target).rendering, Rendering::Page);
        if let (true, Some(legacy)) = (script, self.site.legacy()) {
            self.site.url_returning(step.page(), legacy.frontend_url.as_str())
        } else if target.host.origin() == self.site.origin() {
            self.site.url_returning(step.page(), target.uri.as_str())
        } else {
            self.site.url_returning(step.page(), &target.url())
        }
    }

    fn share(&self, reader: Reader<'_>, headers: &mut HeaderMap) {
        let request: HeaderMap = reader.origin.map(|origin| (ORIGIN, origin.clone())).into_iter().collect();
        self.cors.share(&request, headers);
    }
}

fn json_body(text: String) -> Response<Body> {
    let mut response = Response::new(Body::full(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
