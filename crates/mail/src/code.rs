//! The mail with a code.

use askama::Template;
use postern_model::ExposeSecret;
use postern_model::clock::Timestamp;
use postern_model::sent_code::{CodeMessage, LIFETIME};

use crate::client::client;
use crate::render::{Rendered, Sender};

#[derive(Template)]
#[template(path = "code.txt", escape = "none")]
struct Text<'a>(&'a Code<'a>);

#[derive(Template)]
#[template(path = "code.html")]
struct Html<'a>(&'a Code<'a>);

struct Code<'a> {
    sender: &'a Sender,
    /// The host at which the code is entered.
    host: &'a str,
    code: &'a str,
    minutes: u64,
    account: &'a str,
    when: String,
    from: String,
}

/// Renders the mail with a code. `host` is where the code is entered.
///
/// # Errors
/// The template engine's; there is none in practice.
pub fn render_code(message: &CodeMessage, host: &str, sender: &Sender) -> Result<Rendered, askama::Error> {
    let code = Code {
        sender,
        host,
        code: message.code.expose_secret(),
        minutes: LIFETIME.as_secs() / 60,
        account: &message.recipient,
        when: Timestamp::from_secs(message.at.as_secs()).to_string(),
        from: client(&message.caller),
    };
    // Not in the subject, which locked screens show.
    let subject = format!("{}: your sign-in code", sender.product);
    Ok(Rendered { subject, text: Text(&code).render()?, html: Html(&code).render()? })
}

#[cfg(test)]
mod tests {
    use postern_model::id::EventId;
    use postern_model::session::Caller;

    use super::*;

    #[test]
    fn the_code_stands_in_text_and_html_with_its_host_its_minutes_and_a_warning_and_not_in_the_subject() {
        let sender = Sender {
            product: "Pöstern <&> Co".to_owned(),
            account: "https://app.example.com/postern/account".to_owned(),
            not_me: "https://app.example.com/postern/not-me".to_owned(),
        };
        let message = CodeMessage {
            id: EventId("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap()),
            recipient: "ada+<b>@example.com".to_owned(),
            code: "012345".to_owned().into(),
            at: Timestamp::from_micros(1_800_000_000_123_456),
            caller: Caller::new("192.0.2.7".parse().ok(), Some("Call +1 555 Firefox/128.0 (Windows NT 10.0)")),
        };
        let Rendered { subject, text, html } = render_code(&message, "app.example.com", &sender).unwrap();
        assert_eq!(subject, "Pöstern <&> Co: your sign-in code");
        for part in [&text, &html] {
            for needed in [
                "012345",
                "10 minutes",
                "app.example.com",
                "2027-01-15T08:00:00Z",
                "Firefox on Windows",
                "/not-me",
                "phone",
            ] {
                assert!(part.contains(needed), "{needed} in {part}");
            }
            assert!(!part.contains("555"), "{part}");
        }
        assert!(html.contains("ada+&#60;b&#62;@example.com"), "{html}");
        assert_eq!(text.trim_end().lines().last(), Some("@app.example.com #012345"), "browsers and phones read it");
    }
}
