//! The mail with a code.

use askama::Template;
use postern_model::ExposeSecret;
use postern_model::mail::MailContent;
use postern_model::sent_code::{CodeMessage, LIFETIME};

use super::frame::{About, Frame, Sender, left_to_right, origin};
use crate::language::Markup;
use crate::pages::span;

#[derive(Template)]
#[template(path = "letters/code.txt")]
struct AsText<'a> {
    frame: &'a Frame<'a>,
    mail: &'a Code<'a>,
}

#[derive(Template)]
#[template(path = "letters/code.html")]
struct AsHtml<'a> {
    frame: &'a Frame<'a>,
    mail: &'a Code<'a>,
}

struct Code<'a> {
    frame: Frame<'a>,
    code: &'a str,
}

/// Writes the mail with a code.
///
/// # Errors
/// The template engine's; there is none in practice.
pub fn code(message: &CodeMessage, sender: &Sender) -> Result<MailContent, askama::Error> {
    let CodeMessage { recipient, at, caller, .. } = message;
    let about = About { recipient, at: *at, from: origin(caller) };
    let frame = Frame::new(sender, caller.language, "letter-code", about);
    // Not in the subject, which locked screens show.
    let subject = frame.subject();
    let mail = Code { frame, code: message.code.expose_secret() };
    let (text, html) = (AsText { frame: &mail.frame, mail: &mail }, AsHtml { frame: &mail.frame, mail: &mail });
    Ok(MailContent { subject, text: text.render()?, html: html.render()? })
}

impl Code<'_> {
    fn enter(&self) -> String {
        let host = &self.frame.sender.host;
        self.frame.say("letter-code-enter").with("host", host).with("wait", span(LIFETIME)).to_string()
    }

    fn enter_marked(&self) -> Markup {
        let host = left_to_right("span", &self.frame.sender.host);
        self.frame.say("letter-code-enter").with("host", host).with("wait", span(LIFETIME)).marked()
    }
}
