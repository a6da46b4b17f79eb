//! A mail in the form in which it is sent (RFC 5322, RFC 2045).

use std::time::{Duration, SystemTime};

use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Message, MultiPart};
use postern_model::clock::Timestamp;
use postern_model::mail::MailContent;

/// A name and an address, such as `Postern <postern@example.com>`.
pub type Mailbox = lettre::message::Mailbox;

/// Parses a mailbox, or an address alone.
///
/// # Errors
/// Why it is none.
pub fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse::<Mailbox>().map_err(|error| error.to_string())
}

/// A mail to one recipient.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Address of the recipient.
    pub to: String,
    /// Subject, text and HTML.
    pub content: MailContent,
    /// Left part of the `Message-ID`: the same for every attempt, so that a mailbox can tell a second copy.
    pub id: String,
    /// Time of sending.
    pub at: Timestamp,
}

impl Letter {
    /// Builds the message. `None` if the recipient's address is none.
    pub(crate) fn message(&self, from: &Mailbox, reply_to: Option<&Mailbox>) -> Option<Message> {
        let to: Address = self.to.parse().ok()?;
        let date = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(self.at.unix_time()))?;
        let message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(one_line(&self.content.subject))
            .date(date)
            .message_id(Some(format!("<{}@{}>", self.id, from.email.domain())))
            .header(AutoSubmitted);
        let message = match reply_to {
            Some(reply_to) => message.reply_to(reply_to.clone()),
            None => message,
        };
        let (text, html) = (self.content.text.clone(), self.content.html.clone());
        message.multipart(MultiPart::alternative_plain_html(text, html)).ok()
    }
}

/// Replaces control characters, so that nothing begins another header.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `Auto-Submitted: auto-generated` (RFC 3834 §5): nobody's absence note answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(to: &str, subject: &str) -> Option<String> {
        formatted_with(to, subject, "Text ü\n.\n")
    }

    fn formatted_with(to: &str, subject: &str, text: &str) -> Option<String> {
        let content =
            MailContent { subject: subject.to_owned(), text: text.to_owned(), html: format!("<p>{text}</p>") };
        let letter = Letter { to: to.to_owned(), content, id: "abc.locked".to_owned(), at: Timestamp::from_secs(0) };
        let from = mailbox("Pöstern <postern@example.com>").unwrap();
        let message = letter.message(&from, Some(&mailbox("help@example.com").unwrap()))?;
        Some(String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn a_letter_has_text_and_html_and_says_that_no_person_wrote_it() {
        let message = formatted("ada@example.com", "Hello").unwrap();
        for line in [
            "To: ada@example.com\r\n",
            "Subject: Hello\r\n",
            "Reply-To: help@example.com\r\n",
            "Message-ID: <abc.locked@example.com>\r\n",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "multipart/alternative",
            "text/plain; charset=utf-8",
            "text/html; charset=utf-8",
        ] {
            assert!(message.contains(line), "{line:?} in {message}");
        }
        assert!(message.is_ascii());
    }

    /// RFC 5322 §2.1.1.
    #[test]
    fn no_line_is_longer_than_998_bytes_and_all_are_ascii_in_every_script() {
        for word in ["word ", "wörd ", "コードがロックされました。", "الرموز مقفلة ", "x"] {
            let message = formatted_with("ada@example.com", &word.repeat(40), &word.repeat(1500)).unwrap();
            assert!(message.is_ascii(), "{word}");
            let longest = message.split("\r\n").map(str::len).max().unwrap();
            assert!(longest <= 998, "{word}: {longest}");
        }
        let message = formatted("ada@example.com", "NetPilot：コードがロックされました").unwrap();
        assert!(
            message.contains("\r\nSubject: =?utf-8?b?") || message.contains("Subject: NetPilot=?utf-8?b?"),
            "{message}"
        );
    }

    #[test]
    fn neither_a_subject_nor_an_address_adds_a_header() {
        let message = formatted("ada@example.com", "Hello\r\nBcc: eve@example.com\n\nBody").unwrap();
        assert!(!message.contains("\nBcc:") && !message.contains("\n\nBody"), "{message}");
        for address in
            ["ada@example.com\r\nBcc: eve@example.com", "ada@example.com>, <eve@example.com", "ada", "", "a b@c\n"]
        {
            assert_eq!(formatted(address, "Hello"), None, "{address:?}");
        }
    }
}
