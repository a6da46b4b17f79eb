//! What upstreams are told about who is behind a request. Made from an [`Identity`] only, which only a decision gives.

mod dialects;
mod form;
mod pieces;
mod prepared;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use data_encoding::BASE64URL_NOPAD;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use postern_authn::access::{Identity, Policy, Standing, standing};
use postern_authn::rules::principals::ADMIN_GROUP;
use postern_keystore::{ASSERTION_TYPE, Assertion, SigningError, SigningKey};
use postern_model::clock::Timestamp;
use postern_model::entropy::{Entropy, draw};
use postern_model::session::Verified;

use crate::bridge::Bridge;
use crate::legacy::LegacyBridge;
use form::{Form, Lines, lines};
use pieces::{Piece, Pieces};
use prepared::{Bridged, blank};

pub use dialects::IdentityDialect;
pub(crate) use dialects::PlainDialect;
pub(crate) use postern_http::headers::decode as headers;
pub(crate) use prepared::Prepared;

/// Makes identity headers.
pub struct Identities {
    issuer: String,
    channels: Vec<Channel>,
    policy: Policy,
    lines: Lines,
    /// What is prepared for each channel has in common.
    forms: Vec<ArcSwapOption<Form>>,
    admins: Vec<String>,
    signing: ArcSwap<SigningKey>,
    entropy: Arc<dyn Entropy>,
    legacy: Option<LegacyBridge>,
    /// Marks what is made now: the generation in the upper half, and below how often the key was changed.
    mark: AtomicU64,
}

/// What the requests to one or more upstreams carry alike.
#[derive(Debug)]
pub(crate) struct Channel {
    /// Whom assertions are for.
    pub(crate) audience: String,
    /// Makes the sessions of the one upstream that has some.
    pub(crate) bridge: Option<Bridge>,
}

/// Seconds after which an assertion is made anew; it is valid for a minute.
const ASSERTION_AGE_MAX: u64 = 20;
/// Seconds after which the backend's session is made anew; it asks for less than an hour.
const BRIDGED_AGE_MAX: u64 = 600;

impl Identities {
    /// Takes the issuer (the public origin), the channels to upstreams, and the header names to use.
    pub(crate) fn new(
        issuer: String,
        channels: Vec<Channel>,
        dialects: Vec<IdentityDialect>,
        signing: Arc<SigningKey>,
        entropy: Arc<dyn Entropy>,
        legacy: Option<LegacyBridge>,
    ) -> Self {
        Self {
            lines: lines(dialects),
            forms: channels.iter().map(|_| ArcSwapOption::empty()).collect(),
            issuer,
            channels,
            policy: Policy::default(),
            admins: Vec::new(),
            signing: ArcSwap::new(signing),
            entropy,
            legacy,
            mark: AtomicU64::new(0),
        }
    }

    /// What makes a session complete; bridges carry no others.
    #[must_use]
    pub(crate) fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Takes nothing for good that was prepared by another generation: names, audiences and keys may have changed.
    #[must_use]
    pub fn of_generation(self, generation: u32) -> Self {
        Self { mark: AtomicU64::new(u64::from(generation) << 32), ..self }
    }

    /// Counts people with these verified addresses, compared without case, to the group `admin`.
    #[must_use]
    pub fn with_admins(self, admins: Vec<String>) -> Self {
        Self { admins, ..self }
    }

    /// How many channels there are.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Signs with another key from now on, and makes anew what another key has signed. The key must have been published
    /// before.
    pub fn set_signing_key(&self, key: Arc<SigningKey>) {
        if self.signing.load().kid() != key.kid() {
            self.signing.store(key);
            // After the key: what is marked as of now is signed with it.
            self.mark.fetch_add(1, Ordering::Release);
        }
    }

    /// Makes everything that requests of this identity carry to the channel with this index. What `before` holds and
    /// is still good is taken over.
    pub fn prepare(
        &self,
        identity: Identity<'_>,
        channel: usize,
        before: Option<&Prepared>,
        now: Timestamp,
    ) -> Result<Prepared, SigningError> {
        // Before the key, which may be a newer one.
        let made_by = self.mark.load(Ordering::Acquire);
        let groups = self.groups(identity);
        let signs = self.lines.iter().any(|line| line.piece == Piece::Assertion);
        let assertion = signs.then(|| self.assertion(identity, &groups, channel, now)).transpose()?;
        let second_factor = identity.second_factor();
        let bridged = before
            .and_then(|before| before.bridged_for(second_factor, made_by))
            .filter(|cookies| is_younger(cookies.made_at, BRIDGED_AGE_MAX, now))
            .cloned()
            .or_else(|| Some(Bridged { cookies: self.bridged(identity, &groups, channel, now)?, made_at: now }));
        let pieces = Pieces::new(identity, &groups, assertion.as_deref());
        let form = self.form(channel, assertion.as_deref().unwrap_or_default(), made_by);
        Ok(Prepared::new(form, &pieces, second_factor, bridged.map(Box::new), now))
    }

    /// What this assertion has in common with the others of its channel; the first one that is made with a mark says it.
    fn form(&self, channel: usize, assertion: &str, made_by: u64) -> Arc<Form> {
        let place = self.forms.get(channel);
        if let Some(form) = place.and_then(ArcSwapOption::load_full).filter(|form| form.made_by == made_by) {
            return form;
        }
        let form = Arc::new(Form::new(&self.lines, assertion, made_by));
        if let Some(place) = place {
            place.store(Some(Arc::clone(&form)));
        }
        form
    }

    /// The session that the backend knows as its own. A bridge carries complete sessions only; the NetPilot profile's
    /// backend looks for the second factor itself.
    fn bridged(
        &self,
        identity: Identity<'_>,
        groups: &[String],
        channel: usize,
        now: Timestamp,
    ) -> Option<HeaderValue> {
        match self.channels.get(channel).and_then(|channel| channel.bridge.as_ref()) {
            Some(bridge) => {
                let complete = standing(identity.subject(), &self.policy, now) == Standing::Complete;
                complete.then(|| bridge.cookie(identity, groups, now)).flatten()
            }
            None => self.legacy.as_ref()?.cookie(identity, now),
        }
    }

    /// Whether what was prepared still tells the truth and will for a while: the second factor that counts is the same,
    /// the assertion young and signed with the key that signs now, and it was made here.
    pub fn still_hold(&self, prepared: &Prepared, second_factor: Option<Verified>, now: Timestamp) -> bool {
        prepared.made_by() == self.mark.load(Ordering::Acquire) && prepared.holds(second_factor, now)
    }

    /// What a check is told where there is nobody to tell of, as lines of a head: every name of the dialects in use, so that a
    /// proxy that copies them overwrites what a client sent.
    pub(crate) fn nobody(&self) -> Arc<[u8]> {
        blank(&self.lines).into()
    }

    /// The names of the dialects in use.
    pub(crate) fn names(&self) -> impl Iterator<Item = HeaderName> {
        self.lines.iter().map(|line| line.name.clone())
    }

    /// The headers of one dialect without an assertion, whether it is in use for upstreams or not. Nothing is kept.
    pub(crate) fn plain(&self, dialect: PlainDialect, identity: Identity<'_>) -> HeaderMap {
        let pieces = Pieces::new(identity, &self.groups(identity), None);
        let lines = IdentityDialect::from(dialect).lines();
        let told = lines.filter_map(|(name, piece)| Some((name, HeaderValue::from_str(pieces.get(piece)).ok()?)));
        told.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The groups that the store knows, and the one that the configuration gives; sorted.
    pub(crate) fn groups(&self, identity: Identity<'_>) -> Vec<String> {
        let person = identity.person();
        let mut groups = person.groups.to_vec();
        let admin = self.admins.iter().any(|admin| admin.eq_ignore_ascii_case(person.email));
        if admin && !groups.iter().any(|group| group == ADMIN_GROUP) {
            groups.push(ADMIN_GROUP.to_owned());
            groups.sort_unstable();
        }
        groups
    }

    fn assertion(
        &self,
        identity: Identity<'_>,
        groups: &[String],
        channel: usize,
        now: Timestamp,
    ) -> Result<String, SigningError> {
        let person = identity.person();
        let (iat, nbf, exp) = Assertion::times(now);
        let methods: Vec<_> = identity.methods().collect();
        let jti = BASE64URL_NOPAD.encode(&draw::<16>(self.entropy.as_ref()));
        let claims = Assertion {
            iss: &self.issuer,
            aud: self.channels.get(channel).map(|channel| channel.audience.as_str()).unwrap_or_default(),
            sub: &person.id.to_string(),
            email: person.email,
            name: person.full_name,
            amr: &methods,
            auth_time: identity.auth_time().as_secs(),
            sid: &identity.subject().session().to_string(),
            groups,
            iat,
            nbf,
            exp,
            jti: &jti,
        };
        self.signing.load().sign(ASSERTION_TYPE, &claims)
    }
}

/// Made less than so many seconds ago. A clock that went back makes everything old.
fn is_younger(made_at: Timestamp, seconds: u64, now: Timestamp) -> bool {
    now >= made_at && now < made_at.after(Duration::from_secs(seconds))
}
