//! Pages that ask for a code (at sign-in, and before a change), and the page of a locked factor.

use askama::Template;
use postern_authn::factors::PasskeyOptions;
use postern_model::factor::SecondFactor;
use postern_model::web::{Refused, RequestId};

use super::{ExactTime, Problem, SentCodeOffer, Shell};
use crate::language::Text;

/// Page that asks for a code of the second factor.
#[derive(Clone, Debug, Template)]
#[template(path = "verify.html")]
pub struct VerifyPage {
    /// The page frame.
    pub shell: Shell,
    /// Kind of the requested code.
    pub method: SecondFactor,
    /// Whether the user has an authenticator app, and not passkeys alone.
    pub app: bool,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// The offers of codes by mail and SMS, where they are switched on.
    pub offers: Vec<SentCodeOffer>,
    /// Message about the last code.
    pub error: Option<Problem>,
    /// Number of unused backup codes.
    pub codes_left: u32,
    /// For how long the device can be trusted ("30 days"); `None` if it cannot.
    pub trust: Option<Text>,
    /// Whether the box for it is ticked, as it was in a form that was refused.
    pub trust_ticked: bool,
    /// Whether the session has a second factor already, and a fresher one is required.
    pub again: bool,
    /// The URL that requires a fresher one.
    pub asks: Option<String>,
    /// The URL that requires a passkey, where the session has no second factor yet.
    pub asks_passkey: Option<String>,
    /// Destination without confirming.
    pub way_out: String,
    /// The ceremony with one of the user's passkeys, if they have any.
    pub passkey: Option<PasskeyOptions>,
    /// Whether a passkey is offered for the next time, which a script shows where the device can make one.
    pub offers_passkey: bool,
    /// Whether the box for it is ticked, as it was in a form that was refused.
    pub passkey_ticked: bool,
}

impl VerifyPage {
    /// Returns the message of the heading.
    pub fn heading(&self) -> &'static str {
        match (self.again, self.app, &self.passkey) {
            (true, _, _) => "verify-heading-again",
            (false, true, _) => "verify-heading",
            (false, false, Some(_)) => "verify-heading-passkey",
            (false, false, None) => "verify-heading-backup",
        }
    }

    /// Whether there is any code that could be entered.
    pub fn takes_code(&self) -> bool {
        self.app || self.codes_left > 0
    }

    /// Whether a backup code is asked for.
    pub fn is_backup(&self) -> bool {
        self.method == SecondFactor::Backup
    }

    /// Returns the offer of a code by mail or SMS if such a code is asked for.
    pub fn offer(&self) -> Option<&SentCodeOffer> {
        self.offers.iter().find(|offer| offer.method == self.method)
    }

    /// Returns the path of this page with the other kind of code.
    pub fn path_with(&self, method: &str) -> String {
        switch_path(&self.shell, method, self.rd.as_deref())
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(),
            method: SecondFactor::Totp,
            app: true,
            rd: Some("/dashboard".to_owned()),
            offers: Vec::new(),
            error: None,
            codes_left: 6,
            trust: None,
            trust_ticked: false,
            again: false,
            asks: None,
            asks_passkey: None,
            way_out: "/".to_owned(),
            passkey: None,
            offers_passkey: true,
            passkey_ticked: false,
        }
    }
}

/// Page that says that a factor is locked, for how long, and which alternatives there are.
#[derive(Clone, Debug, Template)]
#[template(path = "locked.html")]
pub struct LockedPage {
    /// The page frame.
    pub shell: Shell,
    /// The locked factor.
    pub method: SecondFactor,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// Remaining time ("about 5 minutes"); `None` if only an administrator can unlock it.
    pub wait: Option<Text>,
    /// End of the lock.
    pub until: Option<ExactTime>,
    /// The kind of code that can be used instead.
    pub other: Option<SecondFactor>,
    /// The ceremony with one of the user's passkeys, if they have any: passkeys are never locked.
    pub passkey: Option<PasskeyOptions>,
    /// Whether the session is complete, and can end the others on the account page.
    pub complete: bool,
    /// Code and request identifier to mention to support.
    pub refused: Refused,
}

impl LockedPage {
    /// Returns the message of the heading.
    pub fn heading(&self) -> &'static str {
        match (self.method, self.wait.is_some()) {
            (SecondFactor::Backup, true) => "locked-backup-for-now",
            (SecondFactor::Backup, false) => "locked-backup",
            (SecondFactor::Email, true) => "locked-mail-for-now",
            (SecondFactor::Email, false) => "locked-mail",
            (SecondFactor::Sms, true) => "locked-sms-for-now",
            (SecondFactor::Sms, false) => "locked-sms",
            (SecondFactor::Totp | SecondFactor::Passkey | SecondFactor::TrustedDevice, true) => "locked-app-for-now",
            (SecondFactor::Totp | SecondFactor::Passkey | SecondFactor::TrustedDevice, false) => "locked-app",
        }
    }

    /// Returns the message of the button that leads to another kind of code.
    pub fn use_other(&self, other: &SecondFactor) -> &'static str {
        match other {
            SecondFactor::Backup => "locked-use-backup",
            SecondFactor::Email => "locked-use-mail",
            SecondFactor::Sms => "locked-use-sms",
            SecondFactor::Totp | SecondFactor::Passkey | SecondFactor::TrustedDevice => "locked-use-app",
        }
    }

    /// Returns the path of the verification with this kind of code.
    pub fn path_with(&self, method: &str) -> String {
        switch_path(&self.shell, method, self.rd.as_deref())
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(),
            method: SecondFactor::Totp,
            rd: Some("/dashboard".to_owned()),
            wait: Some(Text::new("time-minutes").with("count", 5_u32)),
            until: Some(ExactTime::sample()),
            other: Some(SecondFactor::Backup),
            passkey: None,
            complete: false,
            refused: Refused { id: RequestId::from(0x2b4d_6f81_93a5_c7e9), code: "ACCOUNT_LOCKED" },
        }
    }
}

fn switch_path(shell: &Shell, method: &str, rd: Option<&str>) -> String {
    let page = format!("verify?method={method}");
    match rd {
        Some(rd) => shell.path_returning(&page, rd),
        None => shell.path(&page),
    }
}
