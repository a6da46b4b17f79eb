//! The languages of pages and mails.
//!
//! Every text is a message of a Fluent catalogue (`locales/<tag>/*.ftl`). Pages hold [`Text`]s: the id of a message with its
//! arguments, in no language yet. [`Texts`] puts them into the language of the request, which [`Languages`] finds from the
//! person's choice and `Accept-Language`. JSON, logs and the command line are in English.

mod accept;
mod catalogue;
mod languages;
mod markup;
mod saying;
mod text;
mod texts;
mod visit;

pub use catalogue::complete;
pub use languages::Languages;
pub use markup::Markup;
pub(crate) use markup::escaped;
pub use saying::Saying;
pub use text::{Argument, Text, Value};
pub use texts::Texts;
pub(crate) use visit::Visit;
