//! Mail about changes to an account, and codes that people ask for: rendered as text and HTML, and sent over SMTP.
//!
//! The words about changes stand in one file, `texts.rs`. Such a mail holds no secret and no code. No mail has anything that acts
//! by itself, and what a client sends (its user agent) is never quoted.

mod client;
mod code;
mod letter;
mod refusal;
mod render;
mod smtp;
mod texts;

pub use code::render_code;
pub use letter::{Letter, Mailbox, mailbox};
pub use refusal::SendError;
pub use render::{Rendered, Sender, render, render_test};
pub use smtp::{Mailer, Security, SmtpServer};
