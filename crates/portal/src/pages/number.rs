//! The pages on which a person gives a number for codes by SMS, and the code that was sent to it.

use askama::Template;

use super::{Problem, Shell};
use crate::language::Text;

/// Page that asks for a number.
#[derive(Clone, Debug, Template)]
#[template(path = "number.html")]
pub struct NumberPage {
    /// The page frame.
    pub shell: Shell,
    /// The end of the number that the new one replaces ("•••• 12").
    pub present: Option<String>,
    /// What was typed, where it is no number.
    pub typed: String,
    /// What is wrong with it, or with the one before.
    pub error: Option<Problem>,
    /// Whether a code that was sent to a number waits to be entered.
    pub waits: bool,
    /// Time until a code can be sent; `None`: now.
    pub wait: Option<Text>,
}

impl NumberPage {
    /// Returns the message of the heading.
    pub fn heading(&self) -> &'static str {
        if self.present.is_some() { "sms-change-heading" } else { "sms-add-heading" }
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self { shell: Shell::sample(), present: None, typed: String::new(), error: None, waits: false, wait: None }
    }
}

/// Page that asks for the code that was sent to a number.
#[derive(Clone, Debug, Template)]
#[template(path = "number_code.html")]
pub struct NumberCodePage {
    /// The page frame.
    pub shell: Shell,
    /// The end of the number ("•••• 12").
    pub number: String,
    /// Message about the last code.
    pub error: Option<Problem>,
}

impl NumberCodePage {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self { shell: Shell::sample(), number: "•••• 12".to_owned(), error: None }
    }
}
