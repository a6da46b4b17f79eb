//! Mail about changes to an account: rendered as text and HTML, and sent over SMTP.
//!
//! The words stand in one file, `texts.rs`. A mail holds no secret, no code and nothing that acts by itself; what a client
//! sends (its user agent) is never quoted.

mod letter;
mod refusal;
mod render;
mod smtp;
mod texts;

pub use letter::{Letter, Mailbox, mailbox};
pub use refusal::SendError;
pub use render::{Rendered, Sender, render, render_test};
pub use smtp::{Mailer, Security, SmtpServer};
