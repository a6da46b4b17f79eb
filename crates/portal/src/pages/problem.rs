//! What a page says about a form that was refused.

use crate::language::Text;

/// Message about a refused form.
#[derive(Clone, Debug)]
pub struct Problem {
    text: Text,
    signal: Option<String>,
    reason: Option<&'static str>,
}

impl Problem {
    /// Has the page tell the browser that a passkey is no longer registered. `signal` is the argument of
    /// `PublicKeyCredential.signalUnknownCredential` as JSON.
    #[must_use]
    pub fn signalling(self, signal: String) -> Self {
        Self { signal: Some(signal), ..self }
    }

    /// Has the log name this reason.
    #[must_use]
    pub fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// Returns what the page says.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// Returns that reason; `None` for a code, passkey or ticket that was not accepted.
    pub fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    /// Returns that argument, if there is a passkey to tell of.
    pub fn signal(&self) -> Option<&str> {
        self.signal.as_deref()
    }
}

impl From<Text> for Problem {
    fn from(text: Text) -> Self {
        Self { text, signal: None, reason: None }
    }
}
