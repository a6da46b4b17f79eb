//! Protocol-neutral check: takes a described request, returns header mutations or a denial. Used by Envoy's `ext_authz`
//! over gRPC. A proxy that applies the mutations forwards the same headers as the reverse proxy.

use std::sync::Arc;

use http::header::{CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use postern_authn::access::Permitted;
use postern_model::web::Requester;

use super::core::{Admitted, Core};
use crate::gate::Refusal;
use crate::headers::names;
use crate::response::Reader;
use crate::response::body::Body;
use crate::response::style::ChallengeStyle;
use crate::target::dialect::{Dialect, InvalidCheck, asked_path, opens_websocket};
use crate::target::{Kind, Target};
use postern_http::Peer;
use postern_http::headers::HeaderBlock;

/// The name in logs and metrics.
const NAME: &str = "envoy-grpc";

/// Request as a proxy describes it.
#[derive(Clone, Debug)]
pub struct CheckRequest {
    /// Its method.
    pub method: Method,
    /// Its host, as the client named it.
    pub host: String,
    /// Its path with query, byte for byte.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Whether lines with the same name may have been joined with commas.
    pub joined: bool,
}

/// Result of a check.
#[derive(Debug)]
pub enum CheckResponse {
    /// The request is allowed, with these changes to its headers.
    Allowed(HeaderMutations),
    /// The request is denied; the client gets this response.
    Denied(Response<Body>),
}

/// Changes to the headers of an allowed request. Only a decision makes them.
#[derive(Debug)]
pub struct HeaderMutations {
    _permitted: Permitted<()>,
    set: HeaderMap,
    removed: Vec<HeaderName>,
    private: bool,
    requester: Option<Requester>,
}

impl HeaderMutations {
    /// Returns the headers that replace all lines of their name. Several lines of one name are adjacent.
    pub fn set(&self) -> &HeaderMap {
        &self.set
    }

    /// Returns the headers that must not be forwarded. None of them is also set.
    pub fn removed(&self) -> &[HeaderName] {
        &self.removed
    }

    /// Returns the user of the request's session.
    pub fn requester(&self) -> Option<Requester> {
        self.requester
    }

    /// Whether the response depends on the user, so that no shared cache may keep it.
    pub fn private(&self) -> bool {
        self.private
    }
}

/// Headers of the proxy's own connections, and the client's address, which the proxy knows better.
const LEFT_ALONE: [HeaderName; 11] = [
    CONNECTION,
    CONTENT_LENGTH,
    EXPECT,
    HOST,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("x-envoy-external-address"),
    names::X_FORWARDED_FOR,
];

/// Answers checks of described requests.
#[derive(Clone)]
pub struct ExtAuthz {
    core: Arc<Core>,
}

impl ExtAuthz {
    /// Takes the shared core.
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Answers a check.
    pub async fn check(&self, request: &CheckRequest, peer: &Peer) -> CheckResponse {
        let core = &*self.core;
        if !peer.is_trusted(core.trusted()) {
            return CheckResponse::Denied(core.untrusted(NAME, peer));
        }
        let target = match self.target(request) {
            Ok(target) => target,
            Err(why) => return CheckResponse::Denied(core.invalid_check(NAME, why)),
        };
        match self.mutations(&target, request, peer).await {
            Ok(mutations) => CheckResponse::Allowed(mutations),
            Err(refusal) => {
                tracing::debug!(dialect = NAME, why = %refusal, "ext_authz check denied");
                CheckResponse::Denied(core.renderer.check_refusal(
                    &ChallengeStyle::of(Dialect::Envoy),
                    &target,
                    refusal,
                ))
            }
        }
    }

    /// Returns the denial of a check that could not be parsed.
    pub fn unreadable(&self, why: &'static str, peer: &Peer) -> Response<Body> {
        match peer.is_trusted(self.core.trusted()) {
            true => self.core.invalid_check(NAME, InvalidCheck::Malformed(why)),
            false => self.core.untrusted(NAME, peer),
        }
    }

    /// Returns the denial of a check that timed out.
    pub fn unavailable(&self) -> Response<Body> {
        self.core.renderer.refusal_to(Reader::PROGRAM, Refusal::Unavailable)
    }

    fn target(&self, request: &CheckRequest) -> Result<Target<'_>, InvalidCheck> {
        let path = asked_path(&request.path, "the path")?;
        let host = self.core.gate.hosts.find(&request.host)?;
        let mut target = Target::new(host, request.method.clone(), path, &request.headers)?;
        if opens_websocket(&request.headers) {
            target.kind = Kind::WebSocket;
        }
        Ok(target)
    }

    async fn mutations(
        &self,
        target: &Target<'_>,
        request: &CheckRequest,
        peer: &Peer,
    ) -> Result<HeaderMutations, Refusal> {
        let (core, headers) = (&*self.core, &request.headers);
        if request.joined && self.may_hide_a_session(headers) {
            return Err(Refusal::Cookie);
        }
        let context = core.gate.context(target, headers, peer).await?;
        let Admitted { permit, identity } = core.admit(&context)?;
        let mut forwarded = HeaderBlock::from(headers.clone());
        let credentials = core.credentials(context.upstream, identity.as_ref());
        let added = core.sanitizer.request(&mut forwarded, target, peer, &credentials);
        let mut after = forwarded.into_map();
        added.put_into(&mut after);
        let removed = removed(headers, &after);
        let set = set(headers, &after);
        let (private, requester) = (permit.identity().is_some(), context.requester());
        Ok(HeaderMutations { private, requester, _permitted: permit.admit(()), set, removed })
    }

    /// Whether a `Cookie` line holds the session cookie behind a comma, where it may have been a separate line.
    fn may_hide_a_session(&self, headers: &HeaderMap) -> bool {
        let name = self.core.gate.cookie.name().as_bytes();
        let begins = |piece: &[u8]| {
            let pair = piece.trim_ascii_start();
            pair.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        };
        let lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
        lines.flat_map(|line| line.split(|byte| *byte == b',').skip(1)).any(begins)
    }
}

/// Returns the names that must not be forwarded.
fn removed(before: &HeaderMap, after: &HeaderMap) -> Vec<HeaderName> {
    let mut removed: Vec<HeaderName> = before.keys().filter(|name| !after.contains_key(*name)).cloned().collect();
    // Headers that the proxy did not describe may still be present.
    removed.extend(names::identity().filter(|name| !after.contains_key(*name)).cloned());
    removed.retain(|name| !LEFT_ALONE.contains(name));
    removed.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    removed.dedup();
    removed
}

/// Returns the headers that differ, and every protected one: headers that a proxy joins or does not describe would be
/// forwarded unchanged.
fn set(before: &HeaderMap, after: &HeaderMap) -> HeaderMap {
    let changed = |name: &HeaderName| !after.get_all(name).iter().eq(before.get_all(name).iter());
    let mut set = HeaderMap::new();
    for name in after.keys().filter(|name| !LEFT_ALONE.contains(name)) {
        if changed(name) || names::is_protected(name.as_str().as_bytes()) {
            after.get_all(name).iter().for_each(|value| {
                set.append(name.clone(), value.clone());
            });
        }
    }
    set
}
