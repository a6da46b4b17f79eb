//! Renders what happened as subject, text and HTML.

use askama::Template;
use postern_model::clock::Timestamp;
use postern_model::mail::QueuedMail;

use crate::client::client;
use crate::texts::words;

/// A mail's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Who writes, and where the links lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Name of the product, as on the pages.
    pub product: String,
    /// URL of the account page.
    pub account: String,
    /// URL of the page that ends all sessions. It has no authority: the page asks for a sign-in.
    pub not_me: String,
}

#[derive(Template)]
#[template(path = "notice.txt", escape = "none")]
struct Text<'a>(&'a Notice<'a>);

#[derive(Template)]
#[template(path = "notice.html")]
struct Html<'a>(&'a Notice<'a>);

struct Notice<'a> {
    sender: &'a Sender,
    heading: &'a str,
    what: String,
    expected: &'a str,
    account: &'a str,
    when: String,
    from: String,
}

/// Renders a mail.
///
/// # Errors
/// The template engine's; there is none in practice.
pub fn render(mail: &QueuedMail, sender: &Sender) -> Result<Rendered, askama::Error> {
    let words = words(&mail.happening);
    let notice = Notice {
        sender,
        heading: words.subject,
        what: words.what,
        expected: words.expected,
        account: &mail.recipient,
        when: Timestamp::from_secs(mail.at.as_secs()).to_string(),
        from: client(&mail.caller),
    };
    rendered(&notice)
}

/// Renders a mail that only shows that mail arrives.
///
/// # Errors
/// The template engine's; there is none in practice.
pub fn render_test(to: &str, at: Timestamp, sender: &Sender) -> Result<Rendered, askama::Error> {
    let notice = Notice {
        sender,
        heading: "Test mail",
        what: "This mail was sent by \"postern mail test\". Nothing happened to your account.".to_owned(),
        expected: "There is nothing to do.",
        account: to,
        when: Timestamp::from_secs(at.as_secs()).to_string(),
        from: "the command line".to_owned(),
    };
    rendered(&notice)
}

fn rendered(notice: &Notice<'_>) -> Result<Rendered, askama::Error> {
    Ok(Rendered {
        subject: format!("{}: {}", notice.sender.product, notice.heading),
        text: Text(notice).render()?,
        html: Html(notice).render()?,
    })
}

#[cfg(test)]
mod tests {
    use postern_model::id::{EventId, UserId};
    use postern_model::mail::{DISABLED, Happening, MailKind};
    use postern_model::session::Caller;

    use super::*;

    fn sender() -> Sender {
        Sender {
            product: "Pöstern <&> Co".to_owned(),
            account: "https://app.example.com/postern/account".to_owned(),
            not_me: "https://app.example.com/postern/not-me".to_owned(),
        }
    }

    fn mail(happening: Happening) -> QueuedMail {
        QueuedMail {
            event: EventId("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap()),
            user: UserId("67e55044-10b1-426f-9247-bb680e5fe0c9".parse().unwrap()),
            recipient: "ada+<b>@example.com".to_owned(),
            happening,
            at: Timestamp::from_micros(1_800_000_000_123_456),
            caller: Caller::new(
                "192.0.2.7".parse().ok(),
                Some("Call +1 555 <script>alert(1)</script> Firefox/128.0 (Windows NT 10.0)"),
            ),
            language: None,
            attempts: 1,
            leased_until: Timestamp::from_secs(0),
        }
    }

    #[test]
    fn every_kind_names_account_time_client_and_what_to_do_in_text_and_html() {
        for kind in MailKind::ALL {
            for detail in [None, Some("passkey"), Some("totp"), Some("all"), Some("2")] {
                let happening = Happening { kind, detail: detail.map(str::to_owned) };
                let Rendered { subject, text, html } = render(&mail(happening), &sender()).unwrap();
                assert!(subject.starts_with("Pöstern <&> Co: "), "{subject}");
                for part in [&text, &html] {
                    for needed in [
                        "2027-01-15T08:00:00Z",
                        "Firefox on Windows, 192.0.2.7",
                        "/postern/not-me",
                        "UTC",
                        "cannot confirm",
                        "postern sessions revoke",
                        "postern users reset",
                    ] {
                        assert!(part.contains(needed), "{needed} in {part}");
                    }
                    for never in ["script", "555", "{{", "%}"] {
                        assert!(!part.contains(never), "{never} in {part}");
                    }
                }
                assert!(!html.contains("presentation"), "the cells have headings, which screen readers tell: {html}");
                assert!(text.contains("ada+<b>@example.com"), "{text}");
                assert!(html.contains("ada+&#60;b&#62;@example.com") && !html.contains("<b>@"), "{html}");
                assert!(html.contains("Pöstern &#60;&#38;&#62; Co"), "{html}");
            }
        }
    }

    #[test]
    fn the_number_of_codes_left_is_told() {
        for (left, words) in [("0", "None is left"), ("1", "One is left"), ("2", "2 are left")] {
            let happening = Happening::new(MailKind::FewBackupCodes, left);
            assert!(render(&mail(happening), &sender()).unwrap().text.contains(words));
        }
    }

    #[test]
    fn a_factor_that_only_an_administrator_unlocks_is_not_told_as_locked_for_a_while() {
        for factor in ["totp", "backup"] {
            let text =
                |detail: String| render(&mail(Happening::new(MailKind::Locked, detail)), &sender()).unwrap().text;
            let (locked, disabled) = (text(factor.to_owned()), text(format!("{factor}{DISABLED}")));
            assert!(locked.contains("for a while") && locked.contains("wait until"), "{locked}");
            assert!(!disabled.contains("for a while") && !disabled.contains("wait"), "{disabled}");
            assert!(disabled.contains("until an administrator unlocks them"), "{disabled}");
            assert_eq!(disabled.contains("ackup codes stay"), factor == "backup", "{disabled}");
        }
    }

    #[test]
    fn a_change_by_nobody_known_says_so() {
        let mail = QueuedMail { caller: Caller::default(), ..mail(Happening::plain(MailKind::FactorsReset)) };
        assert!(render(&mail, &sender()).unwrap().text.contains("unknown"));
    }
}
