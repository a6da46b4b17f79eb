//! The face for faces of other protocols: a question put together elsewhere, and the answer as what is to be done to the
//! request. Whoever carries it out does to the request what we do where we forward it ourselves.

use http::header::{CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use postern_authn::access::Permitted;
use postern_http::Peer;
use postern_http::headers::Section;
use postern_model::web::Requester;

use crate::answer::Audience;
use crate::body::Body;
use crate::dialect::{Dialect, Misasked, opens_websocket, path_and_query};
use crate::forward_auth::Manner;
use crate::gate::Refusal;
use crate::names;
use crate::plane::Plane;
use crate::target::{Kind, Target};

/// For logs and metrics.
const NAME: &str = "envoy-grpc";

/// A request, as a proxy describes it.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its method.
    pub method: Method,
    /// Its host, as the client named it.
    pub host: String,
    /// Its path with query, byte for byte.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Lines of the same name may have been joined with commas.
    pub joined: bool,
}

/// The answer.
#[derive(Debug)]
pub enum Verdict {
    /// Let it through, changed like this.
    Admitted(Admission),
    /// Send this back in place of an answer of the backend.
    Refused(Response<Body>),
}

/// A request that is let through, and what becomes of its headers. Only a decision makes one.
#[derive(Debug)]
pub struct Admission {
    _permitted: Permitted<()>,
    set: HeaderMap,
    removed: Vec<HeaderName>,
    private: bool,
    requester: Option<Requester>,
}

impl Admission {
    /// Headers that replace all of their name. Several lines of one name stand one after the other.
    pub fn set(&self) -> &HeaderMap {
        &self.set
    }

    /// Headers that must not go upstream. None of them is also set.
    pub fn removed(&self) -> &[HeaderName] {
        &self.removed
    }

    /// Whose request it is.
    pub fn requester(&self) -> Option<Requester> {
        self.requester
    }

    /// Whether the answer depends on who asks, so that no shared cache may keep it.
    pub fn private(&self) -> bool {
        self.private
    }
}

/// What belongs to the proxy's own connections, and the client's address, which it knows better.
const LEFT_ALONE: [HeaderName; 10] = [
    CONNECTION,
    CONTENT_LENGTH,
    EXPECT,
    HOST,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    names::X_FORWARDED_FOR,
];

impl Plane {
    /// Answers a question that came over another protocol than HTTP (Envoy's gRPC).
    pub async fn check_target(&self, question: &Question, peer: &Peer) -> Verdict {
        if !peer.is_trusted(&self.trusted) {
            return Verdict::Refused(self.untrusted(NAME, peer));
        }
        let target = match self.target_of(question) {
            Ok(target) => target,
            Err(why) => return Verdict::Refused(self.misasked(NAME, why)),
        };
        match self.admission(&target, question, peer).await {
            Ok(admission) => Verdict::Admitted(admission),
            Err(refusal) => Verdict::Refused(self.refuse_check(&Manner::of(Dialect::Envoy), NAME, &target, refusal)),
        }
    }

    /// The answer to a question that could not be read.
    pub fn unreadable(&self, why: &'static str) -> Response<Body> {
        self.misasked(NAME, Misasked::Malformed(why))
    }

    /// The answer where there is none in time.
    pub fn unavailable(&self) -> Response<Body> {
        let refusal = Refusal::Unavailable;
        self.answers(Audience::Program, None).problem(crate::problems::status(refusal), &crate::problems::of(refusal))
    }

    fn target_of(&self, question: &Question) -> Result<Target<'_>, Misasked> {
        let path = path_and_query(&question.path).ok_or(Misasked::Malformed("the path"))?;
        let host = self.hosts().find(&question.host)?;
        let mut target = Target::new(host, question.method.clone(), path, &question.headers)?;
        if opens_websocket(&question.headers) {
            target.kind = Kind::WebSocket;
        }
        Ok(target)
    }

    async fn admission(&self, target: &Target<'_>, question: &Question, peer: &Peer) -> Result<Admission, Refusal> {
        let headers = &question.headers;
        if question.joined && self.hides_a_session(headers) {
            return Err(Refusal::Cookie);
        }
        let case = self.gate.case(target, headers, || peer.told_client(&self.trusted, headers)).await?;
        let permit = self.gate.decide(&case)?;
        let prepared = self.prepared(&case, &permit)?;
        let mut section = Section::Map(headers.clone());
        let withheld = self.withheld(case.upstream);
        let added = self.hygiene().request(&mut section, target, peer, (prepared.as_ref(), withheld));
        let mut after = section.into_map();
        added.put_into(&mut after);
        let mut removed: Vec<HeaderName> = headers.keys().filter(|name| !after.contains_key(*name)).cloned().collect();
        // What the proxy did not tell us of may be there all the same.
        removed.extend(names::identity().filter(|name| !after.contains_key(*name)).cloned());
        removed.retain(|name| !LEFT_ALONE.contains(name));
        removed.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        removed.dedup();
        let changed = |name: &HeaderName| !after.get_all(name).iter().eq(headers.get_all(name).iter());
        let mut set = HeaderMap::new();
        for name in after.keys().filter(|name| !LEFT_ALONE.contains(name)) {
            // What a proxy joins or does not tell would go upstream as it is, so names of ours are always set.
            if changed(name) || names::is_protected(name.as_str().as_bytes()) {
                after.get_all(name).iter().for_each(|value| {
                    set.append(name.clone(), value.clone());
                });
            }
        }
        let (private, requester) = (permit.identity().is_some(), case.requester());
        Ok(Admission { private, requester, _permitted: permit.admit(()), set, removed })
    }

    /// Whether a line of cookies holds ours behind a comma, where it may have been one of several lines.
    fn hides_a_session(&self, headers: &HeaderMap) -> bool {
        let name = self.gate.cookie.name().as_bytes();
        let begins = |piece: &[u8]| {
            let pair = piece.trim_ascii_start();
            pair.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        };
        let lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
        lines.flat_map(|line| line.split(|byte| *byte == b',').skip(1)).any(begins)
    }
}
