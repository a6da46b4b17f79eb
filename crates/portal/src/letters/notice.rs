//! Notices of what happened to an account.

use askama::Template;
use postern_model::clock::Timestamp;
use postern_model::mail::{MailContent, QueuedMail};

use super::frame::{About, Frame, Sender, left_to_right, origin};
use super::happening::{Told, told};
use crate::language::{Markup, Text};

/// Commands that the notices name.
const REVOKE: &str = "postern sessions revoke";
const RESET: &str = "postern users reset";
const TEST: &str = "postern mail test";

#[derive(Template)]
#[template(path = "letters/notice.txt")]
struct AsText<'a> {
    frame: &'a Frame<'a>,
    mail: &'a Notice<'a>,
}

#[derive(Template)]
#[template(path = "letters/notice.html")]
struct AsHtml<'a> {
    frame: &'a Frame<'a>,
    mail: &'a Notice<'a>,
}

struct Notice<'a> {
    frame: Frame<'a>,
    what: Text,
    expected: &'static str,
}

/// Writes the mail about what happened.
///
/// # Errors
/// The template engine's; there is none in practice.
pub fn notice(mail: &QueuedMail, sender: &Sender) -> Result<MailContent, askama::Error> {
    let Told { heading, what, expected } = told(&mail.happening);
    let about = About { recipient: &mail.recipient, at: mail.at, from: origin(&mail.caller) };
    Notice { frame: Frame::new(sender, mail.language, heading, about), what, expected }.content()
}

/// Writes a mail that only shows that mail arrives.
///
/// # Errors
/// The template engine's; there is none in practice.
pub fn test(to: &str, at: Timestamp, sender: &Sender) -> Result<MailContent, askama::Error> {
    let about = About { recipient: to, at, from: Text::new("letter-from-command-line") };
    let frame = Frame::new(sender, None, "letter-test", about);
    let what = Text::new("letter-test-what").with("command", TEST);
    Notice { frame, what, expected: "letter-test-expected" }.content()
}

impl Notice<'_> {
    fn content(&self) -> Result<MailContent, askama::Error> {
        let (frame, subject) = (&self.frame, self.frame.subject());
        let (text, html) = (AsText { frame, mail: self }, AsHtml { frame, mail: self });
        Ok(MailContent { subject, text: text.render()?, html: html.render()? })
    }

    fn what(&self) -> String {
        self.frame.texts.plain(&self.what)
    }

    fn cannot_confirm(&self) -> String {
        self.frame.say("letter-cannot-confirm").with("revoke", REVOKE).with("reset", RESET).to_string()
    }

    fn cannot_confirm_marked(&self) -> Markup {
        let command = |words| left_to_right("code", words);
        self.frame.say("letter-cannot-confirm").with("revoke", command(REVOKE)).with("reset", command(RESET)).marked()
    }
}
