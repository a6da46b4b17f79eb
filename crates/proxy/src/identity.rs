//! What upstreams are told about who is behind a request. Made from an [`Identity`] only, which only a decision gives.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use postern_authn::access::{Identity, Policy, Standing, standing};
use postern_authn::who::ADMIN_GROUP;
use postern_keystore::{ASSERTION_TYPE, Assertion, SigningError, SigningKey};
use postern_model::clock::Timestamp;
use postern_model::entropy::{Entropy, draw};
use postern_model::session::Verified;

use crate::bridge::Bridge;
use crate::legacy::LegacyBridge;
use crate::names;

/// A set of header names that carry the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentityDialect {
    /// `X-Auth-User`, `-Email`, `-Name`, `-Groups`, `-Methods`, `-Time` and `-Assertion`, the signed one.
    XAuth,
    /// `Remote-User`, `-Email`, `-Name`, `-Groups`.
    Remote,
    /// `X-Forwarded-User`, `-Email`, `-Groups`, `-Preferred-Username` and the same as `X-Auth-Request-…`.
    OAuth2Proxy,
}

/// A dialect of names and nothing that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlainDialect {
    /// [`IdentityDialect::Remote`].
    Remote,
    /// [`IdentityDialect::OAuth2Proxy`].
    OAuth2Proxy,
}

/// Makes identity headers.
pub struct Identities {
    issuer: String,
    channels: Vec<Channel>,
    policy: Policy,
    dialects: Vec<IdentityDialect>,
    admins: Vec<String>,
    signing: ArcSwap<SigningKey>,
    entropy: Arc<dyn Entropy>,
    legacy: Option<LegacyBridge>,
    generation: u64,
}

/// What the requests to one or more upstreams carry alike.
#[derive(Debug)]
pub(crate) struct Channel {
    /// Whom assertions are for.
    pub(crate) audience: String,
    /// Makes the sessions of the one upstream that has some.
    pub(crate) bridge: Option<Bridge>,
}

/// Headers in the least of memory: there may be as many as there are sessions.
pub(crate) type Lines = Box<[(HeaderName, HeaderValue)]>;

/// What is ready to be put on requests of one session for one channel.
#[derive(Debug)]
pub struct Prepared {
    headers: Lines,
    answer: OnceLock<HeaderMap>,
    bridged: Option<Bridged>,
    second_factor: Option<Verified>,
    signed_by: Arc<SigningKey>,
    made_at: Timestamp,
    generation: u64,
}

/// A session of a backend's own, as cookies.
#[derive(Clone, Debug)]
struct Bridged {
    cookies: HeaderValue,
    made_at: Timestamp,
}

/// Seconds after which an assertion is made anew; it is valid for a minute.
const ASSERTION_AGE_MAX: u64 = 20;
/// Seconds after which the backend's session is made anew; it asks for less than an hour.
const BRIDGED_AGE_MAX: u64 = 600;

/// What is encoded in a name: all that is not visible ASCII, and `%` so that decoding gives the name back.
const NAME: &AsciiSet = &CONTROLS.add(b'%');
/// In a list the separator too.
const ITEM: &AsciiSet = &NAME.add(b',');

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
            issuer,
            channels,
            policy: Policy::default(),
            dialects,
            admins: Vec::new(),
            signing: ArcSwap::new(signing),
            entropy,
            legacy,
            generation: 0,
        }
    }

    /// What makes a session complete; bridges carry no others.
    #[must_use]
    pub(crate) fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Takes nothing for good that was prepared by another generation: names, audiences and keys may have changed.
    #[must_use]
    pub fn of_generation(self, generation: u64) -> Self {
        Self { generation, ..self }
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
        let mut headers = HeaderMap::with_capacity(8);
        let groups = self.groups(identity);
        let signing = self.signing.load_full();
        for dialect in &self.dialects {
            match dialect {
                IdentityDialect::XAuth => self.x_auth(identity, &groups, channel, (&signing, now), &mut headers)?,
                IdentityDialect::Remote => remote(identity, &groups, &mut headers),
                IdentityDialect::OAuth2Proxy => oauth2_proxy(identity, &groups, &mut headers),
            }
        }
        let second_factor = identity.second_factor();
        let bridged = before
            .filter(|before| before.second_factor == second_factor && before.generation == self.generation)
            .and_then(|before| before.bridged.clone())
            .filter(|cookies| is_younger(cookies.made_at, BRIDGED_AGE_MAX, now))
            .or_else(|| {
                let cookies = self.bridged(identity, &groups, channel, now)?;
                Some(Bridged { cookies, made_at: now })
            });
        Ok(Prepared {
            headers: packed(&headers),
            answer: OnceLock::new(),
            bridged,
            second_factor,
            signed_by: signing,
            made_at: now,
            generation: self.generation,
        })
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
                let complete = standing(identity.view(), &self.policy, now) == Standing::Complete;
                complete.then(|| bridge.cookie(identity, groups, now)).flatten()
            }
            None => self.legacy.as_ref()?.cookie(identity, now),
        }
    }

    /// Whether what was prepared still tells the truth and will for a while: the second factor that counts is the same,
    /// the assertion young and signed with the key that signs now, and it was made here.
    pub fn still_hold(&self, prepared: &Prepared, second_factor: Option<Verified>, now: Timestamp) -> bool {
        prepared.generation == self.generation
            && prepared.second_factor == second_factor
            && is_younger(prepared.made_at, ASSERTION_AGE_MAX, now)
            && Arc::ptr_eq(&prepared.signed_by, &self.signing.load())
    }

    /// Every name of the dialects in use. A check endpoint sends all of them, empty where there is nothing to tell, so
    /// that a proxy that copies them overwrites what a client sent.
    pub fn names(&self) -> impl Iterator<Item = HeaderName> + use<'_> {
        self.dialects
            .iter()
            .flat_map(|dialect| match dialect {
                IdentityDialect::XAuth => names::X_AUTH.iter(),
                IdentityDialect::Remote => names::REMOTE.iter(),
                IdentityDialect::OAuth2Proxy => names::OAUTH2_PROXY.iter(),
            })
            .cloned()
    }

    /// The headers of one dialect without an assertion, whether it is in use for upstreams or not. Nothing is kept.
    pub(crate) fn plain(&self, dialect: PlainDialect, identity: Identity<'_>) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(8);
        let groups = self.groups(identity);
        match dialect {
            PlainDialect::Remote => remote(identity, &groups, &mut headers),
            PlainDialect::OAuth2Proxy => oauth2_proxy(identity, &groups, &mut headers),
        }
        headers
    }

    /// The groups that the store knows, and the one that the configuration gives; sorted.
    pub(crate) fn groups(&self, identity: Identity<'_>) -> Vec<String> {
        let view = identity.view();
        let mut groups = view.groups.clone();
        let admin = self.admins.iter().any(|admin| admin.eq_ignore_ascii_case(&view.user.email));
        if admin && !groups.iter().any(|group| group == ADMIN_GROUP) {
            groups.push(ADMIN_GROUP.to_owned());
            groups.sort_unstable();
        }
        groups
    }

    fn x_auth(
        &self,
        identity: Identity<'_>,
        groups: &[String],
        channel: usize,
        (signing, now): (&SigningKey, Timestamp),
        headers: &mut HeaderMap,
    ) -> Result<(), SigningError> {
        let view = identity.view();
        set(headers, &names::X_AUTH_USER, &view.user.id.to_string());
        set(headers, &names::X_AUTH_EMAIL, &encoded(&view.user.email));
        set_name(headers, &names::X_AUTH_NAME, view.user.full_name.as_deref());
        set(headers, &names::X_AUTH_GROUPS, &list(groups));
        set(headers, &names::X_AUTH_METHODS, &identity.methods().collect::<Vec<_>>().join(" "));
        set(headers, &names::X_AUTH_TIME, &identity.auth_time().as_secs().to_string());
        let mut assertion = self.assertion(identity, groups, channel, (signing, now))?;
        assertion.set_sensitive(true);
        headers.insert(names::X_AUTH_ASSERTION, assertion);
        Ok(())
    }

    fn assertion(
        &self,
        identity: Identity<'_>,
        groups: &[String],
        channel: usize,
        (signing, now): (&SigningKey, Timestamp),
    ) -> Result<HeaderValue, SigningError> {
        let view = identity.view();
        let (iat, nbf, exp) = Assertion::times(now);
        let methods: Vec<_> = identity.methods().collect();
        let jti = draw::<16>(self.entropy.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let claims = Assertion {
            iss: &self.issuer,
            aud: self.channels.get(channel).map(|channel| channel.audience.as_str()).unwrap_or_default(),
            sub: &view.user.id.to_string(),
            email: &view.user.email,
            name: view.user.full_name.as_deref(),
            amr: &methods,
            auth_time: identity.auth_time().as_secs(),
            sid: &view.session.id.to_string(),
            groups,
            iat,
            nbf,
            exp,
            jti: &jti,
        };
        let token = signing.sign(ASSERTION_TYPE, &claims)?;
        HeaderValue::try_from(token).map_err(|_| SigningError::Claims)
    }
}

impl Prepared {
    /// The identity headers.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// Whether it was made so long ago that the next request has it made anew. A backend's own session lasts longer than
    /// the rest and goes on into what is made then, so it keeps the whole.
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        self.bridged.is_none() && !is_younger(self.made_at, ASSERTION_AGE_MAX, now)
    }

    /// The session that the backend knows as its own, as it stands in a `Cookie` header.
    pub fn bridged(&self) -> Option<&HeaderValue> {
        self.bridged.as_ref().map(|bridged| &bridged.cookies)
    }

    /// The headers of a check that is answered with yes, made by `complete` from the identity headers the first time.
    pub(crate) fn answer(&self, complete: impl FnOnce(&[(HeaderName, HeaderValue)]) -> HeaderMap) -> &HeaderMap {
        self.answer.get_or_init(|| complete(&self.headers))
    }
}

/// The same headers, all values in one piece of memory.
fn packed(headers: &HeaderMap) -> Lines {
    let block = Bytes::from(headers.values().map(HeaderValue::as_bytes).collect::<Vec<_>>().concat());
    let mut start = 0;
    let lines = headers.iter().filter_map(|(name, value)| {
        let mut packed = HeaderValue::from_maybe_shared(block.slice(start..start + value.len())).ok()?;
        packed.set_sensitive(value.is_sensitive());
        start += value.len();
        Some((name.clone(), packed))
    });
    lines.collect()
}

/// Made less than so many seconds ago. A clock that went back makes everything old.
fn is_younger(made_at: Timestamp, seconds: u64, now: Timestamp) -> bool {
    now >= made_at && now.since(made_at).as_secs() < seconds
}

fn remote(identity: Identity<'_>, groups: &[String], headers: &mut HeaderMap) {
    let view = identity.view();
    set(headers, &names::REMOTE_USER, &view.user.id.to_string());
    set(headers, &names::REMOTE_EMAIL, &encoded(&view.user.email));
    set_name(headers, &names::REMOTE_NAME, view.user.full_name.as_deref());
    set(headers, &names::REMOTE_GROUPS, &list(groups));
}

fn oauth2_proxy(identity: Identity<'_>, groups: &[String], headers: &mut HeaderMap) {
    let view = identity.view();
    let (user, email) = (view.user.id.to_string(), encoded(&view.user.email));
    for (name, value) in names::OAUTH2_PROXY.iter().zip([&user, &email, &list(groups), &email].into_iter().cycle()) {
        set(headers, name, value);
    }
}

fn set_name(headers: &mut HeaderMap, name: &HeaderName, value: Option<&str>) {
    if let Some(value) = value {
        set(headers, name, &encoded(value));
    }
}

/// Sets a header. An empty value is left out; one that cannot be a header too, and logged.
fn set(headers: &mut HeaderMap, name: &HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(_) if value.is_empty() => {}
        Ok(value) => {
            headers.insert(name.clone(), value);
        }
        Err(_) => tracing::warn!(header = %name, "an identity value cannot be a header and was left out"),
    }
}

/// Text with everything beyond visible ASCII percent-encoded. A control character makes it unfit for a header: it is
/// kept, so that [`set`] drops the value rather than invent a spelling for an attack.
fn encoded(text: &str) -> String {
    if text.contains(char::is_control) { text.to_owned() } else { utf8_percent_encode(text, NAME).to_string() }
}

fn list(items: &[String]) -> String {
    let encoded = |item: &String| {
        if item.contains(char::is_control) { item.clone() } else { utf8_percent_encode(item, ITEM).to_string() }
    };
    items.iter().map(encoded).collect::<Vec<_>>().join(",")
}
