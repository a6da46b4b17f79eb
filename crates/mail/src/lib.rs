//! Mail, sent over SMTP. What it says is written by `postern-portal`, of the texts of the pages.

mod letter;
mod refusal;
mod smtp;

pub use letter::{Letter, Mailbox, mailbox};
pub use refusal::SendError;
pub use smtp::{Mailer, Security, SmtpServer};
