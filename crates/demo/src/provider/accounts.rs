//! The people who can sign in at the stand-in provider.

use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

/// An account at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Subject (`sub`): what identifies the account.
    pub subject: String,
    /// Address.
    pub email: String,
    /// Whether the provider vouches for the address.
    pub email_verified: bool,
    /// Given name.
    pub given_name: String,
    /// Family name; may be empty.
    pub family_name: String,
    /// Workspace domain (`hd`).
    pub hosted_domain: Option<String>,
}

impl Account {
    /// The accounts on offer: two of a Workspace domain, one plain, one whose address is not verified.
    pub fn samples() -> Vec<Self> {
        let sample = |email: &str, given: &str, family: &str, hosted: Option<&str>| Self {
            subject: subject_of(email),
            email: email.to_owned(),
            email_verified: true,
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            hosted_domain: hosted.map(str::to_owned),
        };
        vec![
            sample("ada@example.com", "Ada", "Lovelace", Some("example.com")),
            sample("grace@example.com", "Grace", "Hopper", Some("example.com")),
            sample("linus@example.org", "Linus", "Pauling", None),
            Self { email_verified: false, ..sample("mallory@example.net", "Mallory", "Moore", None) },
        ]
    }

    /// An account for any address; the same address always gives the same subject.
    pub fn of_address(email: &str, name: &str, email_verified: bool) -> Self {
        let name = if name.trim().is_empty() { email.split('@').next().unwrap_or(email) } else { name.trim() };
        let (given, family) = name.split_once(' ').unwrap_or((name, ""));
        Self {
            subject: subject_of(email),
            email: email.to_owned(),
            email_verified,
            given_name: given.to_owned(),
            family_name: family.trim().to_owned(),
            hosted_domain: None,
        }
    }

    /// The full name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }

    /// One or two letters for the picture.
    pub fn initials(&self) -> String {
        let first = |name: &str| name.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        format!("{}{}", first(&self.given_name), first(&self.family_name))
    }

    /// The claims of OpenID Connect Core §5.1 about the account.
    pub(super) fn claims(&self) -> Map<String, Value> {
        let mut claims = Map::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("sub", json!(self.subject));
        put("email", json!(self.email));
        put("email_verified", json!(self.email_verified));
        put("name", json!(self.name()));
        put("given_name", json!(self.given_name));
        if !self.family_name.is_empty() {
            put("family_name", json!(self.family_name));
        }
        if let Some(hosted) = &self.hosted_domain {
            put("hd", json!(hosted));
        }
        claims
    }
}

/// 21 digits, as Google's subjects have.
fn subject_of(email: &str) -> String {
    let hash = digest(&SHA256, email.to_ascii_lowercase().as_bytes());
    hash.as_ref().iter().take(20).fold("1".to_owned(), |digits, byte| format!("{digits}{}", byte % 10))
}
