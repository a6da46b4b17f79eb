//! Identity for upstreams: headers, assertion and bridged session. They are made from an [`Identity`], which only a
//! decision gives.

pub(crate) mod bridge;
pub(crate) mod contents_template;
mod dialects;
mod fields;
mod header_template;
pub(crate) mod message_signature;
pub(crate) mod netpilot_session;
mod rendered;

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

use crate::identity::bridge::Bridge;
use crate::identity::netpilot_session::LegacyBridge;
use fields::{IdentityField, IdentityFields};
use header_template::{HeaderLines, HeaderTemplate, lines};
use rendered::{Bridged, blank};

pub use dialects::IdentityDialect;
pub(crate) use dialects::PlainDialect;
pub(crate) use postern_http::headers::decode as headers;
pub(crate) use rendered::RenderedIdentity;

/// Renderer of identities.
pub struct Identities {
    issuer: String,
    audiences: Vec<Audience>,
    policy: Policy,
    lines: HeaderLines,
    /// Shared part of rendered identities, one for each audience.
    templates: Vec<ArcSwapOption<HeaderTemplate>>,
    admins: Vec<String>,
    signing: ArcSwap<SigningKey>,
    entropy: Arc<dyn Entropy>,
    legacy: Option<LegacyBridge>,
    /// Mark of rendered identities: the generation in the upper half, the number of key changes in the lower.
    mark: AtomicU64,
}

/// Audience of assertions: one or more upstreams that receive the same identity.
#[derive(Debug)]
pub(crate) struct Audience {
    /// The claim `aud`.
    pub(crate) name: String,
    /// The bridge of its only upstream, if that has one.
    pub(crate) bridge: Option<Bridge>,
}

/// Age in seconds at which an assertion is replaced; it is valid for a minute.
const ASSERTION_AGE_MAX: u64 = 20;
/// Age in seconds at which a bridged session is replaced; backends accept an hour.
const BRIDGED_AGE_MAX: u64 = 600;

impl Identities {
    /// Takes the issuer (the public origin), the audience of each upstream, and the header names to use.
    pub(crate) fn new(
        issuer: String,
        audiences: Vec<Audience>,
        dialects: Vec<IdentityDialect>,
        signing: Arc<SigningKey>,
        entropy: Arc<dyn Entropy>,
        legacy: Option<LegacyBridge>,
    ) -> Self {
        Self {
            lines: lines(dialects),
            templates: audiences.iter().map(|_| ArcSwapOption::empty()).collect(),
            issuer,
            audiences,
            policy: Policy::default(),
            admins: Vec::new(),
            signing: ArcSwap::new(signing),
            entropy,
            legacy,
            mark: AtomicU64::new(0),
        }
    }

    /// Sets the policy that decides which sessions are complete; bridges carry complete sessions only.
    #[must_use]
    pub(crate) fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Sets the generation. Identities of another generation are not used, since names, audiences and keys may differ.
    #[must_use]
    pub fn of_generation(self, generation: u32) -> Self {
        Self { mark: AtomicU64::new(u64::from(generation) << 32), ..self }
    }

    /// Adds users with these verified addresses, compared case-insensitively, to the group `admin`.
    #[must_use]
    pub fn with_admins(self, admins: Vec<String>) -> Self {
        Self { admins, ..self }
    }

    /// Returns the number of audiences.
    pub fn audiences(&self) -> usize {
        self.audiences.len()
    }

    /// Signs with another key from now on, and replaces assertions of the previous key. Publish the key first.
    pub fn set_signing_key(&self, key: Arc<SigningKey>) {
        if self.signing.load().kid() != key.kid() {
            self.signing.store(key);
            // Incremented after the key is set, so that every identity with the new mark is signed with the new key.
            self.mark.fetch_add(1, Ordering::Release);
        }
    }

    /// Renders an identity for an audience. Reuses the bridged session of `before` while it is young enough.
    pub fn prepare(
        &self,
        identity: Identity<'_>,
        audience_index: usize,
        before: Option<&RenderedIdentity>,
        now: Timestamp,
    ) -> Result<RenderedIdentity, SigningError> {
        // Read before the key: a newer key with an older mark is replaced sooner, never later.
        let made_by = self.mark.load(Ordering::Acquire);
        let groups = self.groups(identity);
        let signs = self.lines.iter().any(|line| line.field == IdentityField::Assertion);
        let assertion = signs.then(|| self.assertion(identity, &groups, audience_index, now)).transpose()?;
        let second_factor = identity.second_factor();
        let bridged = before
            .and_then(|before| before.bridged_for(second_factor, made_by))
            .filter(|cookies| is_younger(cookies.made_at, BRIDGED_AGE_MAX, now))
            .cloned()
            .or_else(|| Some(Bridged { cookies: self.bridged(identity, &groups, audience_index, now)?, made_at: now }));
        let fields = IdentityFields::new(identity, &groups, assertion.as_deref());
        let template = self.template(audience_index, assertion.as_deref().unwrap_or_default(), made_by);
        Ok(RenderedIdentity::new(template, &fields, second_factor, bridged.map(Box::new), now))
    }

    /// Returns the shared part for an audience, made from the first assertion of a mark.
    fn template(&self, audience_index: usize, assertion: &str, made_by: u64) -> Arc<HeaderTemplate> {
        let cached = self.templates.get(audience_index);
        if let Some(template) = cached.and_then(ArcSwapOption::load_full).filter(|template| template.made_by == made_by)
        {
            return template;
        }
        let template = Arc::new(HeaderTemplate::new(&self.lines, assertion, made_by));
        if let Some(cached) = cached {
            cached.store(Some(Arc::clone(&template)));
        }
        template
    }

    /// Builds the bridged session. A bridge carries complete sessions only, except that of the NetPilot backend, which
    /// checks the second factor itself.
    fn bridged(
        &self,
        identity: Identity<'_>,
        groups: &[String],
        audience_index: usize,
        now: Timestamp,
    ) -> Option<HeaderValue> {
        match self.audiences.get(audience_index).and_then(|audience| audience.bridge.as_ref()) {
            Some(bridge) => {
                let complete = standing(identity.subject(), &self.policy, now) == Standing::Complete;
                complete.then(|| bridge.cookie(identity, groups, now)).flatten()
            }
            None => self.legacy.as_ref()?.cookie(identity, now),
        }
    }

    /// Whether a rendered identity may still be used: its second factor is current, its assertion is fresh and signed
    /// with the current key, and this generation rendered it.
    pub fn still_hold(&self, rendered: &RenderedIdentity, second_factor: Option<Verified>, now: Timestamp) -> bool {
        rendered.made_by() == self.mark.load(Ordering::Acquire) && rendered.holds(second_factor, now)
    }

    /// Returns the lines of an allowed check without an identity: every name of the dialects in use, with an empty
    /// value, so that a proxy that copies them overwrites headers that a client sent.
    pub(crate) fn no_identity(&self) -> Arc<[u8]> {
        blank(&self.lines).into()
    }

    /// Returns the names of the dialects in use.
    pub(crate) fn names(&self) -> impl Iterator<Item = HeaderName> {
        self.lines.iter().map(|line| line.name.clone())
    }

    /// Renders one dialect without an assertion, whether upstreams use it or not. Nothing is cached.
    pub(crate) fn plain(&self, dialect: PlainDialect, identity: Identity<'_>) -> HeaderMap {
        let fields = IdentityFields::new(identity, &self.groups(identity), None);
        let lines = IdentityDialect::from(dialect).lines();
        let headers = lines.filter_map(|(name, field)| Some((name, HeaderValue::from_str(fields.get(field)).ok()?)));
        headers.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Returns the user's groups, sorted: those of the store, and `admin` if the configuration lists the user.
    pub(crate) fn groups(&self, identity: Identity<'_>) -> Vec<String> {
        let person = identity.person();
        let mut groups = person.groups.to_vec();
        // Uses the address that the provider vouched for at sign-in, because others may write the column.
        let claims = identity.subject().claims();
        let admin = claims.email.is_some_and(|email| self.admins.iter().any(|admin| admin.eq_ignore_ascii_case(email)));
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
        audience_index: usize,
        now: Timestamp,
    ) -> Result<String, SigningError> {
        let person = identity.person();
        let (iat, nbf, exp) = Assertion::times(now);
        let methods: Vec<_> = identity.methods().collect();
        let jti = BASE64URL_NOPAD.encode(&draw::<16>(self.entropy.as_ref()));
        let claims = Assertion {
            iss: &self.issuer,
            aud: self.audiences.get(audience_index).map(|audience| audience.name.as_str()).unwrap_or_default(),
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

/// Whether a time is less than this number of seconds ago; false if the clock went back.
fn is_younger(made_at: Timestamp, seconds: u64, now: Timestamp) -> bool {
    now >= made_at && now < made_at.after(Duration::from_secs(seconds))
}
