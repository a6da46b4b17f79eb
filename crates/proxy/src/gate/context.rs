//! The inputs of a decision.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Extensions, Method};
use postern_authn::rules::RouteMatch;
use postern_authn::subject::{Claims, Facts, Person, Subject};
use postern_keystore::{BoundCookie, Keyring, ProvenDevice};
use postern_model::access::Access;
use postern_model::clock::Timestamp;
use postern_model::device_binding::BoundKey;
use postern_model::id::SessionId;
use postern_model::session::TokenHash;
use postern_model::web::{REQUEST_TARGET, Requester};

use super::Refusal;
use crate::sessions::CachedSession;
use crate::target::Target;

/// Permitted request that is to be decided again later.
#[derive(Clone, Debug)]
pub(crate) struct Recheck {
    /// The host, in canonical form.
    pub host: String,
    /// The path.
    pub path: String,
    /// The method.
    pub method: Method,
    /// The client's address, if the rules needed it.
    pub client: Option<IpAddr>,
    /// The token of the request, hashed.
    pub token: Option<TokenHash>,
    /// What the request proved about the device of its session.
    pub device: Option<ProvenDevice>,
    /// Time at which the request was opened.
    pub opened_at: Timestamp,
    /// Time that the request may go on after its proof is over, or the time in which none is asked for.
    pub longer: Duration,
}

impl Recheck {
    /// Whether the request needs no proof of this device: it was permitted before the session was bound to it, or in the time in
    /// which none is asked for and which is not over.
    pub(super) fn precedes(&self, key: BoundKey, now: Timestamp) -> bool {
        let in_time = key.is_new(self.opened_at) && now < key.at.after(BoundKey::UNPROVEN).after(self.longer);
        self.device.is_none() && !key.at.is_yet_to_come(now) && (self.opened_at < key.at || in_time)
    }
}

/// Inputs of a decision.
pub(crate) struct RequestContext {
    /// Index of the upstream.
    pub upstream: usize,
    /// The client's address, if the rules need it.
    pub client: Option<IpAddr>,
    /// The token of the request, hashed.
    pub token: Option<TokenHash>,
    /// Its session; `None` until it was read, and if there is none.
    pub session: Option<Arc<CachedSession>>,
    /// What the request says about the session's device. Boxed, since few sessions are bound to one.
    pub(super) device: Option<Box<Evidence>>,
    /// Time at which the request was opened.
    pub now: Timestamp,
    pub(super) requirement: Requirement,
    /// Whether it is a write that another site's page sends; with a session, it is refused.
    pub(super) foreign_write: bool,
    /// Whether the client's address is unknown and a rule denies a network that the client may be in.
    pub(super) closed_to_unknown: bool,
}

/// Session as a request that is decided again found it.
#[derive(Debug)]
pub(super) struct SessionOfRequest<'s> {
    pub(super) session: &'s CachedSession,
    /// The key of its device; as one that is bound just now if the request needs no proof ([`Recheck::precedes`]).
    pub(super) device: Option<BoundKey>,
}

impl Subject for SessionOfRequest<'_> {
    fn session(&self) -> SessionId {
        self.session.session()
    }

    fn facts(&self) -> Facts {
        Facts { device: self.device, ..self.session.facts() }
    }

    fn person(&self) -> Person<'_> {
        self.session.person()
    }

    fn claims(&self) -> Claims<'_> {
        self.session.claims()
    }
}

/// What a request says about the device of its session.
pub(super) enum Evidence {
    /// The cookie of the device, as it was sent: proves nothing yet.
    Sent(BoundCookie),
    /// A proof of the device that the session is bound to.
    Proven(ProvenDevice),
}

/// Requirement of a request.
pub(super) enum Requirement {
    /// The route match of the rules.
    Rule(RouteMatch),
    /// This level, for every user: for preflights, and for responses of the gateway itself.
    Access(Access),
}

impl RequestContext {
    /// Takes the session that was found, and checks the cookie of its device if it is bound to one.
    pub(super) fn of_session(&mut self, session: Option<Arc<CachedSession>>, keyring: &Keyring) {
        let key = session.as_ref().and_then(|session| Some((session.session(), session.device()?)));
        if let Some((session, key)) = key {
            let proof = match self.device.as_deref() {
                Some(Evidence::Sent(bound)) => Some(keyring.prove_device(bound, session, key.id, self.now)),
                Some(Evidence::Proven(_)) | None => None,
            };
            if !matches!(proof, Some(Ok(_))) && !key.is_new(self.now) {
                let reason = proof.as_ref().and_then(|proof| proof.as_ref().err()).map(tracing::field::display);
                tracing::info!(session.id = %session, reason, "session refused: its device is not proven");
            }
            self.device = proof.and_then(Result::ok).map(|proof| Box::new(Evidence::Proven(proof)));
        }
        self.session = session;
    }

    /// Returns the proof of the session's device. `None` for a session that is bound to no device.
    pub(super) fn proven(&self) -> Option<&ProvenDevice> {
        match self.device.as_deref() {
            Some(Evidence::Proven(proof)) => Some(proof),
            Some(Evidence::Sent(_)) | None => None,
        }
    }

    /// Refuses a write of another site's page if the request has a session.
    pub(super) fn complete(self) -> Result<Self, Refusal> {
        if self.session.is_some() && self.foreign_write { Err(Refusal::ForeignOrigin) } else { Ok(self) }
    }

    /// Returns the user of the request's session.
    pub(crate) fn requester(&self) -> Option<Requester> {
        self.session.as_ref().map(|session| Requester(session.user()))
    }

    /// Marks a response with the requesting user, for the request log.
    pub(crate) fn with_requester(
        &self,
        mut response: crate::response::body::Response,
    ) -> crate::response::body::Response {
        note_requester(&mut response.extensions, || self.requester());
        response
    }

    /// Returns the request to decide again while the response lasts.
    pub(crate) fn recheck(&self, target: &Target<'_>) -> Recheck {
        Recheck {
            host: target.host.origin().authority().to_owned(),
            path: target.uri.path().to_owned(),
            method: target.method.clone(),
            client: self.client,
            token: self.token,
            device: self.proven().copied(),
            opened_at: self.now,
            longer: Duration::ZERO,
        }
    }
}

/// Marks a response with the requesting user. Only the request log reads the mark.
pub(crate) fn note_requester(extensions: &mut Extensions, requester: impl FnOnce() -> Option<Requester>) {
    if tracing::enabled!(target: REQUEST_TARGET, tracing::Level::INFO)
        && let Some(requester) = requester()
    {
        extensions.insert(requester);
    }
}

#[cfg(test)]
mod tests {
    use postern_model::device_binding::DeviceKeyId;

    use super::*;

    const BOUND: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn recheck(opened_at: Timestamp, longer: Duration) -> Recheck {
        let (host, path) = ("example.com".to_owned(), "/".to_owned());
        Recheck { host, path, method: Method::GET, client: None, token: None, device: None, opened_at, longer }
    }

    #[test]
    fn a_request_needs_no_proof_of_a_device_that_was_bound_later_or_just_before() {
        let key = BoundKey { id: DeviceKeyId([1; 32]), at: BOUND };
        let (moment, hour) = (Duration::from_micros(1), Duration::from_secs(3600));
        let (new, over) = (BOUND.after(moment), BOUND.after(BoundKey::UNPROVEN));
        for (opened_at, longer, now, precedes) in [
            (BOUND.before(moment), Duration::ZERO, BOUND.after(24 * hour), true),
            (BOUND.before(moment), Duration::ZERO, BOUND.before(24 * hour), false),
            (BOUND, Duration::ZERO, over.before(moment), true),
            (BOUND, Duration::ZERO, over, false),
            (new, hour, over.after(hour).before(moment), true),
            (new, hour, over.after(hour), false),
            (over, hour, over, false),
        ] {
            assert_eq!(recheck(opened_at, longer).precedes(key, now), precedes, "{opened_at:?} {longer:?} {now:?}");
        }
    }
}
