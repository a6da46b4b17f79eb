//! `[[bridge]]`: framework sessions for applications that cannot read identity headers.

use std::fmt;

use postern_keystore::{DjangoSession, ExpressSession, FlaskSession, SessionKeyError};
use postern_model::SecretString;
use postern_proxy::{BridgeFormat, Template};
use serde_json::json;

use crate::secret;
use crate::table::{Complaint, Table};
use crate::upstream::UpstreamConfig;

/// The keys of a bridge.
pub(crate) const KEYS: [&str; 7] = ["kind", "upstream", "cookie", "secret", "secret_file", "salt", "contents"];

/// The framework whose session format is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BridgeKind {
    /// Flask's own.
    Flask,
    /// Django's, with the engine `signed_cookies`.
    Django,
    /// Those of Express's `cookie-session`.
    Express,
}

/// A framework session that the gateway makes for an upstream.
#[derive(Clone, Debug)]
pub struct BridgeConfig {
    /// The framework.
    pub kind: BridgeKind,
    /// Name of the upstream; `None`: the first.
    pub upstream: Option<String>,
    /// Name of the session cookie.
    pub cookie: String,
    /// Contents of a session.
    pub contents: Template,
    secret: SecretString,
    salt: Option<String>,
}

impl BridgeKind {
    /// The name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flask => "flask",
            Self::Django => "django",
            Self::Express => "express",
        }
    }

    /// The session cookie's name unless the application sets another.
    fn cookie(self) -> &'static str {
        match self {
            Self::Flask | Self::Express => "session",
            Self::Django => "sessionid",
        }
    }
}

impl BridgeConfig {
    /// The format with its key.
    ///
    /// # Errors
    /// [`SessionKeyError`] for a well-known or short secret.
    pub fn format(&self) -> Result<BridgeFormat, SessionKeyError> {
        let salt = self.salt.as_deref();
        Ok(match (self.kind, salt) {
            (BridgeKind::Flask, None) => BridgeFormat::Flask(FlaskSession::new(self.secret.clone())?),
            (BridgeKind::Flask, Some(salt)) => BridgeFormat::Flask(FlaskSession::with_salt(&self.secret, salt)?),
            (BridgeKind::Django, salt) => BridgeFormat::Django(DjangoSession::new(&self.secret, salt)?),
            (BridgeKind::Express, _) => BridgeFormat::Express(ExpressSession::new(&self.secret)?),
        })
    }
}

/// The settings that must equal the application's.
impl fmt::Display for BridgeConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, cookie) = (self.kind.name(), &self.cookie);
        write!(f, "{kind}, in the cookie {cookie}")?;
        if let Some(salt) = &self.salt {
            write!(f, ", salt {salt:?}")?;
        }
        write!(f, ": {}", self.contents.keys().join(", "))
    }
}

pub(crate) fn read(table: &mut Table<'_>) -> Option<BridgeConfig> {
    let kinds = [BridgeKind::Flask, BridgeKind::Django, BridgeKind::Express];
    let kind = table.require("kind", "write kind = \"flask\", \"django\" or \"express\"", |text| {
        let kind = kinds.into_iter().find(|kind| kind.name() == text);
        kind.ok_or_else(|| (format!("{text:?} is no kind of session"), "use flask, django or express"))
    });
    let upstream = table.text("upstream");
    let cookie = table.make("cookie", cookie);
    let by_file = table.given("secret_file");
    let secret = secret::require(table, "secret", "name a file with the application's secret key as secret_file");
    if kind == Some(BridgeKind::Express) && table.given("salt") {
        let what = "cookie-session knows no salt".to_owned();
        table.report("salt", what, "remove it");
    }
    let salt = table.text("salt");
    let contents = contents(table);
    let bridge = BridgeConfig {
        kind: kind?,
        upstream,
        cookie: cookie.unwrap_or_else(|| kind.map_or("session", BridgeKind::cookie).to_owned()),
        contents: contents?,
        secret: secret?,
        salt,
    };
    if let Err(error) = bridge.format() {
        let key = if by_file { "secret_file" } else { "secret" };
        let remedy = "set a random one (`openssl rand -hex 32`) here and in the application";
        table.report(key, error.to_string(), remedy);
        return None;
    }
    Some(bridge)
}

/// Reports unknown upstreams, two bridges for one upstream, and names of the gateway's own cookies.
pub(crate) fn check(root: &Table<'_>, bridges: &[BridgeConfig], upstreams: &[UpstreamConfig], session: &str) {
    let first = upstreams.first().map(|upstream| upstream.name.as_str());
    let of = |bridge: &BridgeConfig| bridge.upstream.clone().or(first.map(str::to_owned));
    for (index, bridge) in bridges.iter().enumerate() {
        let key = |name: &str| format!("bridge[{index}].{name}");
        let name = of(bridge);
        if !upstreams.iter().any(|upstream| Some(&upstream.name) == name.as_ref()) {
            let what = match &bridge.upstream {
                Some(name) => format!("there is no upstream {name:?}"),
                None => "there is no upstream: only the gateway itself, as reverse proxy, makes sessions".to_owned(),
            };
            root.report(&key("upstream"), what, "name an [[upstream]]");
        } else if bridges.iter().take(index).any(|earlier| of(earlier) == name) {
            let what = "an earlier bridge leads to this upstream too".to_owned();
            root.report(&key("upstream"), what, "keep one bridge for each upstream");
        }
        let plain = bridge.cookie.strip_prefix("__Host-").unwrap_or(&bridge.cookie);
        if plain.to_ascii_lowercase().starts_with(&session.to_ascii_lowercase()) {
            let what = format!("{:?} begins with the name of the gateway's own cookie", bridge.cookie);
            root.report(&key("cookie"), what, "change session.cookie, or the application's cookie");
        }
    }
}

/// Reads the contents; the default names the user of the request.
fn contents(table: &mut Table<'_>) -> Option<Template> {
    let remedy = "write a table such as { user_id = \"{user.id}\", email = \"{user.email}\" }";
    let given = match table.value("contents") {
        None => json!({ "user_id": "{user.id}", "email": "{user.email}" }),
        Some(value) => serde_json::to_value(value).unwrap_or_default(),
    };
    if !given.is_object() {
        table.report("contents", "this is no table".to_owned(), remedy);
        return None;
    }
    Template::new(given).map_err(|error| table.report("contents", error.to_string(), remedy)).ok()
}

/// A cookie name: a token (RFC 6265 §4.1.1).
fn cookie(text: &str) -> Result<String, Complaint> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    match text.bytes().all(token) && text.len() <= 128 {
        true => Ok(text.to_owned()),
        false => Err((format!("{text:?} is no cookie name"), "use letters, digits, - _ and . only")),
    }
}
