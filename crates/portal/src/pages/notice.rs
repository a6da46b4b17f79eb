//! Notices: pages with a message and links, for errors and confirmations.

use askama::Template;
use postern_model::web::{Refused, RequestId};

use super::Shell;
use crate::language::Text;

/// Link of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The text of the link.
    pub label: Text,
    /// The URL of the link.
    pub href: String,
}

impl Action {
    /// Builds a link.
    pub fn new(label: Text, href: impl Into<String>) -> Self {
        Self { label, href: href.into() }
    }
}

/// Page with a message and links.
#[derive(Clone, Debug, Template)]
#[template(path = "notice.html")]
pub struct Notice {
    /// The page frame.
    pub shell: Shell,
    /// What happened, as a heading.
    pub heading: Text,
    /// What it means and what to do, one paragraph each.
    pub paragraphs: Vec<Text>,
    /// Links; the most likely one is first.
    pub actions: Vec<Action>,
    /// Code and request identifier to mention to support, for a refusal.
    pub refused: Option<Refused>,
    /// Whether it has the button that begins a sign-in.
    pub signs_in: bool,
    /// Whether it reports success.
    pub good: bool,
}

impl Notice {
    /// Builds a notice of a failure.
    pub fn new(shell: Shell, heading: Text) -> Self {
        Self {
            shell,
            heading,
            paragraphs: Vec::new(),
            actions: Vec::new(),
            refused: None,
            signs_in: false,
            good: false,
        }
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn say(mut self, paragraph: Text) -> Self {
        self.paragraphs.push(paragraph);
        self
    }

    /// Adds a link.
    #[must_use]
    pub fn offer(mut self, label: Text, href: impl Into<String>) -> Self {
        self.actions.push(Action::new(label, href));
        self
    }

    /// Adds the button that begins a sign-in.
    #[must_use]
    pub fn sign_in(self) -> Self {
        Self { signs_in: true, ..self }
    }

    /// Adds the code and request identifier to mention to support.
    #[must_use]
    pub fn refused(self, refused: Refused) -> Self {
        Self { refused: Some(refused), ..self }
    }

    /// Marks it as a success.
    #[must_use]
    pub fn good(self) -> Self {
        Self { good: true, ..self }
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        let shell = Shell::sample_stranger();
        let again = shell.path("sign-in");
        Self::new(shell, Text::new("signin-heading-not-allowed"))
            .say(Text::new("signin-was-as").with("account", "ada@example.net"))
            .say(Text::new("signin-not-allowed"))
            .offer(Text::new("signin-other-account"), again)
            .refused(Refused { id: RequestId::from(0x5f12_09a4_77c3_e0b8), code: "ACCESS_DENIED" })
    }
}
