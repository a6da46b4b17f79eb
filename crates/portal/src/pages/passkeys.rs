//! Passkeys: the rows of the account page, and the page that makes one.

use askama::Template;

use super::Shell;

/// Passkey as shown to its owner.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    /// Identifier, for the forms that change it.
    pub id: String,
    /// Name.
    pub name: String,
    /// Time of the registration, in words.
    pub added: String,
    /// Time of the last use, in words.
    pub used: Option<String>,
    /// Whether it is copied to other devices of its owner.
    pub synced: bool,
}

impl PasskeyRow {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            id: "6f9c2f0e-0000-4000-8000-00000000000a".to_owned(),
            name: "Work laptop".to_owned(),
            added: "3 days ago".to_owned(),
            used: Some("yesterday".to_owned()),
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
}

impl NewPasskeyPage {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self { shell: Shell::sample(), options: "{}".to_owned(), challenge: "sample-challenge".to_owned() }
    }
}
