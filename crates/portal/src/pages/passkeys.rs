//! Passkeys: the rows of the account page, the page that makes one, and the page that requires one.

use askama::Template;
use postern_authn::factors::PasskeyOptions;

use super::{Problem, Shell};
use crate::language::Text;

/// Passkey as shown to its owner.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    /// Identifier, for the forms that change it.
    pub id: String,
    /// Name.
    pub name: String,
    /// Time of the registration, in words.
    pub added: Text,
    /// Time of the last use, in words.
    pub used: Option<Text>,
    /// Whether it is copied to other devices of its owner.
    pub synced: bool,
}

impl PasskeyRow {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            id: "6f9c2f0e-0000-4000-8000-00000000000a".to_owned(),
            name: "Work laptop".to_owned(),
            added: Text::new("time-days-ago").with("count", 3_u32),
            used: Some(Text::new("time-yesterday")),
            synced: true,
        }
    }
}

/// Page that has the browser make a passkey.
#[derive(Clone, Debug, Template)]
#[template(path = "new_passkey.html")]
pub struct NewPasskeyPage {
    /// The page frame.
    pub shell: Shell,
    /// Options for `navigator.credentials.create`, as JSON.
    pub options: String,
    /// The challenge, sealed.
    pub challenge: String,
    /// Destination afterwards; the account page if there is none.
    pub rd: Option<String>,
    /// Where the page leads without one; the account page if there is none.
    pub skip: Option<String>,
}

impl NewPasskeyPage {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        let (options, challenge) = ("{}".to_owned(), "sample-challenge".to_owned());
        Self { shell: Shell::sample(), options, challenge, rd: None, skip: None }
    }
}

/// Page for an address that accepts passkeys only: it asks for one, or offers to add the first one.
#[derive(Clone, Debug, Template)]
#[template(path = "passkey_step.html")]
pub struct PasskeyStepPage {
    /// The page frame.
    pub shell: Shell,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// The URL that requires a passkey.
    pub asks: Option<String>,
    /// Message about the last try.
    pub error: Option<Problem>,
    /// The ceremony with one of the user's passkeys; `None` if they have none.
    pub passkey: Option<PasskeyOptions>,
    /// Path of the page that adds a passkey.
    pub add: String,
    /// Destination without a passkey.
    pub way_out: String,
}

impl PasskeyStepPage {
    /// Returns the message of the heading.
    pub fn heading(&self) -> &'static str {
        if self.passkey.is_some() { "passkeystep-heading" } else { "passkeystep-heading-first" }
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(),
            rd: Some("/vault".to_owned()),
            asks: Some("/vault".to_owned()),
            error: None,
            passkey: Some(PasskeyOptions { json: "{}".to_owned(), challenge: "sample-challenge".to_owned() }),
            add: "/postern/account/passkeys/add?rd=%2Fvault".to_owned(),
            way_out: "/".to_owned(),
        }
    }
}
