//! Setting up an authenticator app or a passkey: an introduction, then the QR code with the field for the first code, or the
//! browser's ceremony. The third step, the backup codes, is [`CodesPage`](super::CodesPage).

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
    /// Whether a passkey may be set up instead of an app, which a script shows where the browser can make one.
    pub passkey_instead: bool,
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
            passkey_instead: true,
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
    /// Whether a passkey may be set up instead, which a script shows where the browser can make one.
    pub passkey_instead: bool,
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

    /// Returns the path of the page that sets up a passkey instead.
    pub fn passkey_path(&self) -> String {
        enrol_path(&self.shell, "passkey", self.rd.as_deref())
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
            passkey_instead: true,
        }
    }
}

/// Step 2 with a passkey: the page that has the browser make it.
#[derive(Clone, Debug, Template)]
#[template(path = "enrol_passkey.html")]
pub struct EnrolPasskeyPage {
    /// The page frame.
    pub shell: Shell,
    /// The ceremony that makes it.
    pub passkey: PasskeyOptions,
    /// Its name as typed so far.
    pub name: String,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// Minutes until the set-up expires.
    pub minutes_left: u64,
    /// Message about the last response.
    pub error: Option<Problem>,
    /// Version of the session that the form was rendered for, so that reloading the result does not repeat the change.
    pub version: i64,
}

impl EnrolPasskeyPage {
    /// Returns the path of the page that sets up an app instead.
    pub fn app_path(&self) -> String {
        enrol_path(&self.shell, "scan", self.rd.as_deref())
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(),
            passkey: PasskeyOptions { json: "{}".to_owned(), challenge: "sample-challenge".to_owned() },
            name: String::new(),
            rd: Some("/dashboard".to_owned()),
            minutes_left: 10,
            error: None,
            version: 1,
        }
    }
}

fn enrol_path(shell: &Shell, step: &str, rd: Option<&str>) -> String {
    let page = format!("enrol?step={step}");
    rd.map_or_else(|| shell.path(&page), |rd| shell.path_returning(&page, rd))
}
