//! Setting up an authenticator app: an introduction, then the QR code with the field for the first code. The third step,
//! the backup codes, is [`CodesPage`](super::CodesPage).

use askama::Template;
use postern_authn::factors::PasskeyOptions;

use super::{Problem, Shell, group_in_fours, qr_svg};
use crate::language::Text;

/// Step 1: explanation and prerequisites.
#[derive(Clone, Debug, Template)]
#[template(path = "enrol_intro.html")]
pub struct EnrolIntroPage {
    /// The page frame.
    pub shell: Shell,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// Whether an authenticator is enrolled already and will be replaced.
    pub replaces: bool,
    /// Whether a ticket of an administrator is needed.
    pub ticket: bool,
    /// Destination of "Skip for now"; `None` if the step may not be skipped.
    pub skip: Option<String>,
    /// Reason why the set-up begins again, if it does.
    pub alert: Option<Text>,
    /// The URL that requires the second factor.
    pub asks: Option<String>,
    /// Error of the confirmation of a replacement, or of the ticket, if it was refused.
    pub error: Option<Problem>,
    /// The ceremony that allows a replacement, if the user has a passkey.
    pub passkey: Option<PasskeyOptions>,
}

impl EnrolIntroPage {
    /// Returns the message of the title.
    pub fn title(&self) -> &'static str {
        if self.replaces { "enrol-heading-replace" } else { "enrol-title" }
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(),
            rd: Some("/dashboard".to_owned()),
            replaces: false,
            ticket: false,
            skip: Some("/dashboard".to_owned()),
            alert: None,
            asks: Some("/dashboard".to_owned()),
            error: None,
            passkey: None,
        }
    }
}

/// Step 2: the QR code, the key for typing, and the first code, which proves that the app has the key.
#[derive(Clone, Debug, Template)]
#[template(path = "enrol_scan.html")]
pub struct EnrolScanPage {
    /// The page frame.
    pub shell: Shell,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// The QR code as an SVG element.
    pub qr: String,
    /// The key in groups of four.
    pub key_groups: String,
    /// The link that opens an authenticator app on this device.
    pub otpauth_url: String,
    /// Minutes until the set-up expires.
    pub minutes_left: u64,
    /// Message about the last code.
    pub error: Option<Problem>,
    /// Version of the session that the form was rendered for, so that reloading the result does not repeat the change.
    pub version: i64,
    /// The further authenticator that is added; `None` for the first one.
    pub adds: Option<NewAuthenticator>,
}

/// A further authenticator that is being added.
#[derive(Clone, Debug)]
pub struct NewAuthenticator {
    /// Its name as typed so far.
    pub name: String,
}

impl EnrolScanPage {
    /// Returns the message of the heading.
    pub fn heading(&self) -> &'static str {
        if self.adds.is_some() { "enrol-scan-heading-add" } else { "enrol-scan-heading" }
    }

    /// Returns the path that the form is submitted to.
    pub fn action(&self) -> String {
        self.shell.path(if self.adds.is_some() { "account/authenticators/new" } else { "enrol" })
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        let url = "otpauth://totp/NetPilot:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=NetPilot";
        Self {
            shell: Shell::sample(),
            rd: Some("/dashboard".to_owned()),
            qr: qr_svg(url).unwrap_or_default(),
            key_groups: group_in_fours("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
            otpauth_url: url.to_owned(),
            minutes_left: 10,
            error: None,
            version: 1,
            adds: None,
        }
    }
}
