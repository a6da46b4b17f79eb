//! Bridges: sessions in the format of an application's own framework, for applications that read no identity headers.

use http::HeaderValue;
use postern_authn::access::Identity;
use postern_keystore::{DjangoSession, ExpressSession, FlaskSession};
use postern_model::clock::Timestamp;

use crate::identity::contents_template::Template;

/// Session format of a framework.
#[derive(Debug)]
pub enum BridgeFormat {
    /// Flask's own.
    Flask(FlaskSession),
    /// Django's `signed_cookies`.
    Django(DjangoSession),
    /// Express's `cookie-session`.
    Express(ExpressSession),
}

/// Builder of the sessions of one upstream.
#[derive(Debug)]
pub struct Bridge {
    format: BridgeFormat,
    cookie: String,
    contents: Template,
}

impl Bridge {
    /// Takes the format with its key, the name of the session cookie, and the session's contents.
    pub fn new(format: BridgeFormat, cookie: String, contents: Template) -> Self {
        Self { format, cookie, contents }
    }

    /// Returns the names of the cookies that only the gateway may send to the upstream.
    pub(crate) fn names(&self) -> Vec<String> {
        let signature = match self.format {
            BridgeFormat::Flask(_) | BridgeFormat::Django(_) => None,
            BridgeFormat::Express(_) => Some(format!("{}{}", self.cookie, ExpressSession::SIGNATURE)),
        };
        std::iter::once(self.cookie.clone()).chain(signature).collect()
    }

    /// Returns the session in the form of a `Cookie` header.
    pub(crate) fn cookie(&self, identity: Identity<'_>, groups: &[String], now: Timestamp) -> Option<HeaderValue> {
        let (name, contents) = (&self.cookie, self.contents.fill(identity, groups, now));
        let text = match &self.format {
            BridgeFormat::Flask(flask) => format!("{name}={}", flask.mint(&contents, now)),
            BridgeFormat::Django(django) => format!("{name}={}", django.mint(&contents, now)),
            BridgeFormat::Express(express) => {
                let (value, signature) = express.mint(name, &contents);
                format!("{name}={value}; {name}{}={signature}", ExpressSession::SIGNATURE)
            }
        };
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}
