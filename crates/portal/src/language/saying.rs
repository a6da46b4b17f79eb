//! Texts as templates write them: `shell.say("verify-codes-left").with("count", codes_left)`.

use std::fmt;

use super::markup::Markup;
use super::text::{Argument, Text};
use super::texts::Texts;

/// A text on its way into a page. Displays as plain text, which the template escapes.
#[derive(Clone, Debug)]
pub struct Saying<'t> {
    texts: &'t Texts,
    text: Text,
}

impl Texts {
    /// Says a message.
    pub fn say(&self, id: &'static str) -> Saying<'_> {
        Saying { texts: self, text: Text::new(id) }
    }
}

impl Saying<'_> {
    /// Adds an argument.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Argument) -> Self {
        Self { text: self.text.with(name, value), ..self }
    }

    /// Returns the text with its tags.
    pub fn marked(&self) -> Markup {
        self.texts.marked(&self.text)
    }
}

impl fmt::Display for Saying<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts.plain(&self.text))
    }
}
