//! Mails: notices of what happened to an account, and codes. They are written like pages, of messages of the same catalogues
//! (`letter.ftl`), each as text and as HTML; `postern-mail` sends them.
//!
//! A notice holds no secret and no code. No mail has anything that acts by itself, and what a client sends (its user agent) is
//! never quoted.

mod code;
mod frame;
mod happening;
mod notice;
mod samples;
mod shown;
mod sms;

pub use code::code;
pub use frame::Sender;
pub use notice::{notice, test};
pub use samples::samples_in;
pub use sms::sms;
