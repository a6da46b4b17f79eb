//! What every mail has: who writes, in which language, and about what.

use postern_model::clock::Timestamp;
use postern_model::language::Language;
use postern_model::session::Caller;

use super::shown::shown;
use crate::language::{Languages, Markup, Saying, Text, Texts, escaped};
use crate::pages::{clock_text, describe_device};

/// Who writes, and where the links lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Name of the application, as on the pages.
    pub product: String,
    /// Name of the identity provider, as on the pages.
    pub provider: String,
    /// The languages that mails are written in.
    pub languages: Languages,
    /// The host at which codes are entered.
    pub host: String,
    /// URL of the account page.
    pub account: String,
    /// URL of the page that ends all sessions. It has no authority: the page asks for a sign-in.
    pub not_me: String,
}

impl Sender {
    /// Returns the language to write in, for a recipient of whom this one is known: one that is offered, since operators choose what
    /// goes out in their name.
    pub(super) fn language(&self, known: Option<Language>) -> Language {
        self.languages.best(known, std::iter::empty())
    }
}

/// The facts of a mail.
pub(super) struct About<'a> {
    /// The address that it goes to, which names the account.
    pub(super) recipient: &'a str,
    /// When it happened.
    pub(super) at: Timestamp,
    /// Who did it.
    pub(super) from: Text,
}

/// Frame of a mail.
pub(super) struct Frame<'a> {
    pub(super) sender: &'a Sender,
    pub(super) texts: Texts,
    heading: &'static str,
    /// The recipient's address.
    pub(super) account: String,
    when: Text,
    from: Text,
}

impl<'a> Frame<'a> {
    /// Begins a mail to a recipient of whom this language is known. The heading is the id of a message.
    pub(super) fn new(
        sender: &'a Sender,
        language: Option<Language>,
        heading: &'static str,
        About { recipient, at, from }: About<'_>,
    ) -> Self {
        let texts = Texts {
            language: sender.language(language),
            product: shown(&sender.product),
            provider: shown(&sender.provider),
        };
        Self { sender, texts, heading, account: shown(recipient), when: clock_text(at), from }
    }

    /// Says a message.
    pub(super) fn say(&self, id: &'static str) -> Saying<'_> {
        self.texts.say(id)
    }

    pub(super) fn when(&self) -> String {
        self.texts.plain(&self.when)
    }

    pub(super) fn from(&self) -> String {
        self.texts.plain(&self.from)
    }

    pub(super) fn heading(&self) -> Saying<'_> {
        self.say(self.heading)
    }

    pub(super) fn subject(&self) -> String {
        self.say("letter-subject").with("heading", Text::new(self.heading)).to_string()
    }

    /// Style of what starts where lines start. Mail programs know few logical properties, so that the sides are named.
    pub(super) fn start(&self) -> &'static str {
        if self.texts.language.is_right_to_left() { "text-align:right" } else { "text-align:left" }
    }

    /// Style of a label, with room to what it names.
    pub(super) fn label(&self) -> &'static str {
        match self.texts.language.is_right_to_left() {
            true => "text-align:right;vertical-align:top;padding:4px 0 4px 16px;font-weight:600",
            false => "text-align:left;vertical-align:top;padding:4px 16px 4px 0;font-weight:600",
        }
    }
}

/// Browser, system and address of who did it. The words come from fixed lists: a client that could have its own mailed would
/// write to the user in our name.
pub(super) fn origin(caller: &Caller) -> Text {
    let device = || describe_device(caller.user_agent.as_deref());
    match caller.address {
        Some(address) => Text::new("account-origin").with("device", device()).with("address", address.to_string()),
        None if caller.user_agent.is_some() => device(),
        None => Text::new("letter-from-unknown"),
    }
}

/// A command or an address among words, as HTML: written from left to right in every language.
pub(super) fn left_to_right(element: &str, words: &str) -> Markup {
    Markup::trusted(format!("<{element} dir=\"ltr\">{}</{element}>", escaped(words)))
}
