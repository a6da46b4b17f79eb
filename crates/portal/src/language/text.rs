//! Texts in no language yet.

use postern_model::web::RequestId;

use super::markup::Markup;

/// A text: the id of a message, with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    id: &'static str,
    arguments: Vec<(&'static str, Value)>,
}

/// Argument of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A name or another text that has no language.
    Words(String),
    /// A number, which plurals go by.
    Number(u64),
    /// A text that is put into the same language.
    Text(Text),
    /// HTML, for texts with tags only.
    Markup(Markup),
}

impl Text {
    /// Names a message.
    pub fn new(id: &'static str) -> Self {
        Self { id, arguments: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Argument) -> Self {
        self.arguments.push((name, value.value()));
        self
    }

    /// Returns the id of the message.
    pub fn id(&self) -> &'static str {
        self.id
    }

    pub(super) fn arguments(&self) -> &[(&'static str, Value)] {
        &self.arguments
    }
}

/// What can be an argument.
pub trait Argument {
    /// Returns it as one.
    fn value(&self) -> Value;
}

impl<T: Argument + ?Sized> Argument for &T {
    fn value(&self) -> Value {
        (**self).value()
    }
}

impl Argument for str {
    fn value(&self) -> Value {
        Value::Words(self.to_owned())
    }
}

impl Argument for String {
    fn value(&self) -> Value {
        Value::Words(self.clone())
    }
}

impl Argument for u32 {
    fn value(&self) -> Value {
        Value::Number((*self).into())
    }
}

impl Argument for u64 {
    fn value(&self) -> Value {
        Value::Number(*self)
    }
}

impl Argument for RequestId {
    fn value(&self) -> Value {
        Value::Words(self.to_string())
    }
}

impl Argument for Text {
    fn value(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl Argument for Markup {
    fn value(&self) -> Value {
        Value::Markup(self.clone())
    }
}

impl Argument for Value {
    fn value(&self) -> Value {
        self.clone()
    }
}
