//! What upstreams are told about who is behind a request. Made from an [`Identity`] only, which only a decision gives.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use postern_authn::access::Identity;
use postern_authn::who::ADMIN_GROUP;
use postern_keystore::{ASSERTION_TYPE, Assertion, SigningError, SigningKey};
use postern_model::clock::Timestamp;
use postern_model::entropy::{Entropy, draw};
use postern_model::session::Verified;

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

/// Makes identity headers.
pub struct Identities {
    issuer: String,
    audiences: Vec<String>,
    dialects: Vec<IdentityDialect>,
    admins: Vec<String>,
    signing: ArcSwap<SigningKey>,
    entropy: Arc<dyn Entropy>,
    legacy: Option<LegacyBridge>,
    generation: u64,
}

/// What is ready to be put on requests of one session for one audience.
#[derive(Debug)]
pub struct Prepared {
    headers: HeaderMap,
    answer: OnceLock<HeaderMap>,
    legacy_cookie: Option<LegacyCookie>,
    second_factor: Option<Verified>,
    made_at: Timestamp,
    generation: u64,
}

#[derive(Clone, Debug)]
struct LegacyCookie {
    value: HeaderValue,
    made_at: Timestamp,
}

/// Seconds after which an assertion is made anew; it is valid for a minute.
const ASSERTION_AGE_MAX: u64 = 20;
/// Seconds after which the backend's session is made anew; it asks for less than an hour.
const LEGACY_AGE_MAX: u64 = 600;

/// What is encoded in a name: all that is not visible ASCII, and `%` so that decoding gives the name back.
const NAME: &AsciiSet = &CONTROLS.add(b'%');
/// In a list the separator too.
const ITEM: &AsciiSet = &NAME.add(b',');

impl Identities {
    /// Takes the issuer (the public origin), the audiences that upstreams are known as, and the header names to use.
    pub fn new(
        issuer: String,
        audiences: Vec<String>,
        dialects: Vec<IdentityDialect>,
        signing: Arc<SigningKey>,
        entropy: Arc<dyn Entropy>,
        legacy: Option<LegacyBridge>,
    ) -> Self {
        Self {
            issuer,
            audiences,
            dialects,
            admins: Vec::new(),
            signing: ArcSwap::new(signing),
            entropy,
            legacy,
            generation: 0,
        }
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

    /// How many audiences there are.
    pub fn audiences(&self) -> usize {
        self.audiences.len()
    }

    /// Signs with another key from now on. The key must have been published before.
    pub fn set_signing_key(&self, key: Arc<SigningKey>) {
        self.signing.store(key);
    }

    /// Makes everything that requests of this identity carry to the audience with this index. What `before` holds and
    /// is still good is taken over.
    pub fn prepare(
        &self,
        identity: Identity<'_>,
        audience: usize,
        before: Option<&Prepared>,
        now: Timestamp,
    ) -> Result<Prepared, SigningError> {
        let mut headers = HeaderMap::with_capacity(8);
        let groups = self.groups(identity);
        for dialect in &self.dialects {
            match dialect {
                IdentityDialect::XAuth => self.x_auth(identity, &groups, audience, now, &mut headers)?,
                IdentityDialect::Remote => remote(identity, &groups, &mut headers),
                IdentityDialect::OAuth2Proxy => oauth2_proxy(identity, &groups, &mut headers),
            }
        }
        let second_factor = identity.second_factor();
        let alike = |before: &&Prepared| before.second_factor == second_factor && before.generation == self.generation;
        let kept = before.filter(alike);
        let kept = kept.and_then(|before| before.legacy_cookie.clone());
        let legacy_cookie = match kept.filter(|cookie| is_younger(cookie.made_at, LEGACY_AGE_MAX, now)) {
            Some(cookie) => Some(cookie),
            None => self.legacy.as_ref().and_then(|legacy| {
                let value = legacy.cookie(identity, now)?;
                Some(LegacyCookie { value, made_at: now })
            }),
        };
        Ok(Prepared {
            headers,
            answer: OnceLock::new(),
            legacy_cookie,
            second_factor,
            made_at: now,
            generation: self.generation,
        })
    }

    /// Whether what was prepared still tells the truth and will for a while: the second factor that counts is the same,
    /// the assertion young, and it was made here.
    pub fn still_hold(&self, prepared: &Prepared, second_factor: Option<Verified>, now: Timestamp) -> bool {
        prepared.generation == self.generation
            && prepared.second_factor == second_factor
            && is_younger(prepared.made_at, ASSERTION_AGE_MAX, now)
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

    /// The groups that the store knows, and the one that the configuration gives; sorted.
    fn groups(&self, identity: Identity<'_>) -> Vec<String> {
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
        audience: usize,
        now: Timestamp,
        headers: &mut HeaderMap,
    ) -> Result<(), SigningError> {
        let view = identity.view();
        set(headers, &names::X_AUTH_USER, &view.user.id.to_string());
        set(headers, &names::X_AUTH_EMAIL, &encoded(&view.user.email));
        set_name(headers, &names::X_AUTH_NAME, view.user.full_name.as_deref());
        set(headers, &names::X_AUTH_GROUPS, &list(groups));
        set(headers, &names::X_AUTH_METHODS, &identity.methods().collect::<Vec<_>>().join(" "));
        set(headers, &names::X_AUTH_TIME, &identity.auth_time().as_secs().to_string());
        let mut assertion = self.assertion(identity, groups, audience, now)?;
        assertion.set_sensitive(true);
        headers.insert(names::X_AUTH_ASSERTION, assertion);
        Ok(())
    }

    fn assertion(
        &self,
        identity: Identity<'_>,
        groups: &[String],
        audience: usize,
        now: Timestamp,
    ) -> Result<HeaderValue, SigningError> {
        let view = identity.view();
        let (iat, nbf, exp) = Assertion::times(now);
        let methods: Vec<_> = identity.methods().collect();
        let jti = draw::<16>(self.entropy.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let claims = Assertion {
            iss: &self.issuer,
            aud: self.audiences.get(audience).map(String::as_str).unwrap_or_default(),
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
        let token = self.signing.load().sign(ASSERTION_TYPE, &claims)?;
        HeaderValue::try_from(token).map_err(|_| SigningError::Claims)
    }
}

impl Prepared {
    /// The identity headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers of a check that is answered with yes, made by `complete` from the identity headers the first time.
    pub(crate) fn answer(&self, complete: impl FnOnce(&HeaderMap) -> HeaderMap) -> &HeaderMap {
        self.answer.get_or_init(|| complete(&self.headers))
    }

    /// The backend's `session=…` cookie, where the legacy bridge is on.
    pub fn legacy_cookie(&self) -> Option<&HeaderValue> {
        self.legacy_cookie.as_ref().map(|cookie| &cookie.value)
    }
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
