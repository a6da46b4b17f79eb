//! The face as a reverse proxy: a request that is let through goes on, and its answer comes back.

use http::header::{HeaderMap, HeaderValue, RETRY_AFTER, SET_COOKIE, TE};
use http::{Response, StatusCode};
use http_body::Body as _;
use postern_authn::access::Permit;
use postern_http::Peer;
use postern_http::boxed::apart;
use postern_http::headers::{Lines, Section};
use postern_http::server::Received;

use super::{Plane, Routed};
use crate::added::Added;
use crate::answer::Audience;
use crate::body::{Body, Passing};
use crate::gate::{Case, Refusal};
use crate::identity::Prepared;
use crate::problems;
use crate::target::{Kind, NoTarget, Target};
use crate::upstream::{Answered, Outbound, Upstream, UpstreamError};

/// What a request goes upstream with: the permission, whose it is, and where to.
type Admitted<'c> = (Permit<'c>, Option<Prepared>, &'c Routed);

impl Plane {
    /// Serves a request as a reverse proxy. The caller has answered what is below the base path itself.
    ///
    /// The body of a request that was refused stays where it is: nobody has read it.
    pub async fn handle(&self, received: &mut Received, peer: &Peer) -> Response<Body> {
        let line = (&received.method, &received.uri, received.version);
        let target = match Target::of_request(line, &received.section, &self.gate.hosts) {
            Ok(target) => target,
            Err(why) => return self.no_target(why),
        };
        let client = || peer.told_client(&self.trusted, &received.section);
        let case = match self.gate.case_at_hand(&target, &received.section, client) {
            Some(case) => case,
            None => apart(|| self.gate.case(&target, &received.section, client)).await,
        };
        let case = match case {
            Ok(case) => case,
            Err(refusal) => return self.refuse(&target, refusal),
        };
        case.noted(match self.admit(&case) {
            Ok(admitted) => self.proxied(received, &target, peer, (&case, admitted)).await,
            Err(refusal) => self.refuse(&target, refusal),
        })
    }

    #[cold]
    fn no_target(&self, why: NoTarget) -> Response<Body> {
        let refusal = Refusal::NoTarget(why);
        tracing::debug!(%why, "a request was refused");
        let answers = self.answers(Audience::Program, None);
        answers.problem(problems::status(refusal), &problems::of(refusal))
    }

    fn admit<'c>(&'c self, case: &'c Case) -> Result<Admitted<'c>, Refusal> {
        let permit = self.gate.decide(case)?;
        let prepared = self.prepared(case, &permit)?;
        let routed = self.upstreams.get(case.upstream).ok_or(Refusal::Withheld)?;
        Ok((permit, prepared, routed))
    }

    async fn proxied(
        &self,
        received: &mut Received,
        target: &Target<'_>,
        peer: &Peer,
        (case, (permit, prepared, routed)): (&Case, Admitted<'_>),
    ) -> Response<Body> {
        if target.kind == Kind::WebSocket {
            return apart(|| self.upgrade(routed, received, target, peer, (case, permit, prepared.as_ref()))).await;
        }
        let body = received.body.take().unwrap_or_default();
        let added = self.dress(&mut received.section, target, peer, (prepared.as_ref(), &routed.withheld));
        let private = permit.identity().is_some();
        let (method, path, section) = (&received.method, &target.uri, &received.section);
        match routed.upstream.send(permit.admit(Outbound { method, path, section, added: &added, body })).await {
            Ok(mut answered) => {
                if private && is_open_ended(&answered) {
                    let watch = self.watch(target, case);
                    answered.body = answered.body.until(watch.revoked());
                }
                self.answered(answered, &routed.withheld, private)
            }
            Err(error) => self.failed(&routed.upstream, target, &error),
        }
    }

    /// Makes a client's headers into those that go upstream: cleaned, with identity, and signed where that is on.
    /// The cookies that are withheld are the upstream's bridged session.
    /// What is given goes beside them.
    pub(crate) fn dress<'i>(
        &self,
        section: &mut Section,
        target: &'i Target<'_>,
        peer: &'i Peer,
        (identity, withheld): (Option<&'i Prepared>, &[String]),
    ) -> Added<'i> {
        let added = self.hygiene.request(section, target, peer, (identity, withheld));
        let Some(signer) = &self.signer else { return added };
        let takes_trailers = added.takes_trailers;
        section.change(|headers| {
            added.put_into(headers);
            headers.remove(TE);
            signer.sign(headers, target, self.gate.clock.now());
        });
        Added { takes_trailers, ..Added::default() }
    }

    /// An upstream's answer as it goes to the browser.
    pub(crate) fn answered(&self, answered: Answered, withheld: &[String], private: bool) -> Response<Body> {
        let Answered { status, mut section, body } = answered;
        let further = self.hygiene.response(&mut section, withheld, private);
        let (lines, headers) = match section {
            Section::Lines(lines) => (lines, HeaderMap::new()),
            Section::Map(headers) => (Lines::default(), headers),
        };
        let mut response = Response::new(Body::Upstream(Box::new(Passing::new(lines, further, body))));
        *response.headers_mut() = headers;
        *response.status_mut() = match status {
            // We asked for no upgrade, so this cannot be followed by what it promises.
            StatusCode::SWITCHING_PROTOCOLS => StatusCode::BAD_GATEWAY,
            status => status,
        };
        response
    }

    /// No answer of an upstream.
    #[cold]
    pub(crate) fn failed(&self, upstream: &Upstream, target: &Target<'_>, error: &UpstreamError) -> Response<Body> {
        tracing::warn!(upstream = upstream.name(), %error, "a request could not be forwarded");
        let (status, problem) = problems::upstream(error);
        let mut response = self.answers(audience(target), target.origin.as_ref()).problem(status, &problem);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }

    #[cold]
    fn refuse(&self, target: &Target<'_>, refusal: Refusal) -> Response<Body> {
        tracing::debug!(why = %refusal, "a request was answered with no");
        let answers = self.answers(audience(target), target.origin.as_ref());
        if let Refusal::Challenge(step) = refusal {
            return self.challenge(target, step, &answers);
        }
        let mut response = answers.problem(problems::status(refusal), &problems::of(refusal));
        match refusal {
            Refusal::Cookie => {
                response.headers_mut().append(SET_COOKIE, self.gate.cookie.clear());
            }
            Refusal::Unavailable => {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}

/// Whether an answer may go on for as long as it likes: events, calls, chunks without end.
fn is_open_ended(answered: &Answered) -> bool {
    answered.body.size_hint().exact().is_none()
}

fn audience(target: &Target<'_>) -> Audience {
    match target.kind {
        Kind::Navigation => Audience::Person,
        Kind::Call => Audience::Caller,
        Kind::Preflight | Kind::WebSocket | Kind::Other => Audience::Program,
    }
}
