//! The SMS with a code.

use postern_model::ExposeSecret;
use postern_model::sent_code::{CodeMessage, LIFETIME};

use super::frame::Sender;
use super::shown::shown;
use crate::language::Texts;
use crate::pages::span;

/// Writes the SMS with a code. Its last line is the form in which phones recognise a code for a host (WICG origin-bound one-time
/// codes).
pub fn sms(message: &CodeMessage, sender: &Sender) -> String {
    let texts = Texts {
        language: sender.language(message.caller.language),
        product: shown(&sender.product),
        provider: shown(&sender.provider),
    };
    let code = message.code.expose_secret();
    let text = texts.say("letter-sms").with("code", code).with("wait", span(LIFETIME)).to_string();
    format!("{text}\n\n@{} #{code}", sender.host)
}
