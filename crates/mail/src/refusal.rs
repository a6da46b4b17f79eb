//! What the replies of a server say about a mail.

use lettre::transport::smtp::Error;

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The server says that this recipient or this mail can never be served, or the recipient's address is none. No later attempt
    /// succeeds.
    #[error("refused for good: {0}")]
    Permanent(String),
    /// The server refuses it for now, or for a reason that may be the configuration's. Mail to others may be accepted.
    #[error("refused for now: {0}")]
    Transient(String),
    /// The server was not reached, or refuses to serve: other mail would fail alike.
    #[error("the server cannot be used: {0}")]
    Unreachable(String),
}

/// An error before the server has accepted the sender: it says nothing about the mail.
pub(crate) fn unreachable(error: Error) -> SendError {
    SendError::Unreachable(with_causes(&error))
}

/// An error at the recipient or at the content.
///
/// Many servers tell of a wrong sender and of a missing login only there, with the codes of an unknown recipient (RFC 5321 §4.2.3):
/// a mail is given up only for a reason that names the recipient or the content. Otherwise it is tried again, since a mistake of the
/// configuration must lose none.
pub(crate) fn classify(error: Error) -> SendError {
    let words = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    let text = with_causes(&error);
    match (error.status().map(u16::from), enhanced(&words)) {
        (None | Some(421 | 500 | 502 | 503 | 521 | 530..=538), _) => SendError::Unreachable(text),
        // Addresses, mailboxes and content (RFC 3463 §3.2, §3.3, §3.7; RFC 7505 §5). X.1.0, X.1.7 and X.1.8 are about senders too.
        (Some(500..), Some([5, 1, 1..=6 | 10] | [5, 2 | 6, _])) => SendError::Permanent(text),
        // An address that is none, or elsewhere, or of a domain without mail (RFC 7504 §4).
        (Some(501 | 504 | 551 | 556), None) => SendError::Permanent(text),
        _ => SendError::Transient(text),
    }
}

/// Reads the enhanced status code that the server's words begin with (RFC 2034 §4).
fn enhanced(words: &str) -> Option<[u16; 3]> {
    let mut numbers = words.split_whitespace().next()?.split('.').map(|number| number.parse().ok());
    let code = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(code)
}

/// The error and its causes; lettre's errors tell the cause apart from the kind only there.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let further = error.to_string();
        if !text.contains(&further) {
            text = format!("{text}: {further}");
        }
        cause = error.source();
    }
    text
}
