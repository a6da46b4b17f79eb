//! Fresh backup codes.

use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::Shell;

/// Origin of the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodesReason {
    /// The last step of setting up an authenticator.
    Enrolled,
    /// Requested on the account page; the old ones are void.
    Replaced,
}

/// Page that shows backup codes.
#[derive(Clone, Debug, Template)]
#[template(path = "codes.html")]
pub struct CodesPage {
    /// The page frame.
    pub shell: Shell,
    /// Origin of the codes.
    pub reason: CodesReason,
    /// The codes.
    pub codes: Vec<String>,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// Whether the user has an authenticator app, and not passkeys alone.
    pub app: bool,
}

impl CodesPage {
    /// Returns the message that names the second step of the set-up that this ends.
    pub fn second_step(&self) -> &'static str {
        if self.app { "enrol-step-scan" } else { "enrol-step-create" }
    }

    /// Whether this ends a set-up.
    pub fn is_enrolled(&self) -> bool {
        self.reason == CodesReason::Enrolled
    }

    /// Whether the codes are too long for two columns.
    pub fn is_long(&self) -> bool {
        self.codes.iter().any(|code| code.len() > 12)
    }

    /// Returns the codes as a text file in a `data:` URL, so that downloading needs no script.
    pub fn download(&self) -> String {
        let email = self.shell.person.as_deref().unwrap_or_default();
        let (title, once) = (self.shell.say("codes-file-title"), self.shell.say("codes-file-once"));
        let text = format!("{title}\n{email}\n\n{once}\n\n{}\n", self.codes.join("\n"));
        format!("data:text/plain;charset=utf-8,{}", utf8_percent_encode(&text, NON_ALPHANUMERIC))
    }

    /// Returns the name of that file.
    pub fn file_name(&self) -> String {
        let product: String = self.shell.texts.product.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("{}-backup-codes.txt", product.to_ascii_lowercase())
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        let codes =
            ["7K2M-QX9D", "R4TB-0WHN", "VF8A-3ZCJ", "1PGE-6YSM", "N5XQ-KD2T", "B0HW-94RA", "ZC7J-VM1P", "GE6S-T8FX"];
        Self {
            shell: Shell::sample(),
            reason: CodesReason::Enrolled,
            codes: codes.map(str::to_owned).to_vec(),
            rd: Some("/dashboard".to_owned()),
            app: true,
        }
    }
}
