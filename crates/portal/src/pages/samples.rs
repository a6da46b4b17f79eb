//! Samples of every page in every relevant state.

use askama::Template;
use postern_authn::factors::PasskeyOptions;
use postern_model::factor::SecondFactor;

use super::{
    AccountPage, CodesPage, CodesReason, ConfirmCodePage, ConfirmPurpose, EnrolIntroPage, EnrolScanPage, LockedPage,
    NewAuthenticator, NewPasskeyPage, Notice, PasskeyRow, PasskeyStepPage, RefusalPage, Shell, SignInPage, SignOutPage,
    VerifyPage,
};

/// Returns names and documents of all samples.
pub fn samples() -> Vec<(&'static str, Result<String, askama::Error>)> {
    let wrong = || Some("That code isn’t right. You have 2 attempts left.".to_owned());
    let rendered = [
        ("sign-in", SignInPage::sample().render()),
        (
            "sign-in-alert",
            SignInPage {
                alert: Some("Your session has ended. Sign in again to continue.".to_owned()),
                ..SignInPage::sample()
            }
            .render(),
        ),
        ("sign-in-in-app", SignInPage { in_app: true, ..SignInPage::sample() }.render()),
        ("enrol-1-intro", EnrolIntroPage::sample().render()),
        ("enrol-1-replace", EnrolIntroPage { replaces: true, skip: None, ..EnrolIntroPage::sample() }.render()),
        ("enrol-1-ticket", EnrolIntroPage { ticket: true, skip: None, ..EnrolIntroPage::sample() }.render()),
        ("enrol-2-scan", EnrolScanPage::sample().render()),
        ("enrol-2-scan-error", EnrolScanPage { error: wrong(), ..EnrolScanPage::sample() }.render()),
        (
            "enrol-2-add",
            EnrolScanPage { adds: Some(NewAuthenticator { name: "Tablet".to_owned() }), ..EnrolScanPage::sample() }
                .render(),
        ),
        ("enrol-3-codes", CodesPage::sample().render()),
        (
            "codes-replaced",
            CodesPage { reason: CodesReason::Replaced, codes: long_codes(), ..CodesPage::sample() }.render(),
        ),
        ("verify", VerifyPage::sample().render()),
        ("verify-error", VerifyPage { error: wrong(), ..VerifyPage::sample() }.render()),
        ("verify-backup", VerifyPage { method: SecondFactor::Backup, codes_left: 2, ..VerifyPage::sample() }.render()),
        ("verify-again", VerifyPage { again: true, ..VerifyPage::sample() }.render()),
        (
            "verify-passkey",
            VerifyPage {
                passkey: Some(PasskeyOptions { json: "{}".to_owned(), challenge: "sample-challenge".to_owned() }),
                ..VerifyPage::sample()
            }
            .render(),
        ),
        (
            "verify-trust",
            VerifyPage {
                passkey: Some(PasskeyOptions { json: "{}".to_owned(), challenge: "sample-challenge".to_owned() }),
                trust: Some("30 days".to_owned()),
                ..VerifyPage::sample()
            }
            .render(),
        ),
        ("passkey-step", PasskeyStepPage::sample().render()),
        ("passkey-step-none", PasskeyStepPage { passkey: None, ..PasskeyStepPage::sample() }.render()),
        ("new-passkey", NewPasskeyPage::sample().render()),
        (
            "confirm-remove-passkey",
            ConfirmCodePage {
                purpose: ConfirmPurpose::RemovePasskey { id: PasskeyRow::sample().id, name: PasskeyRow::sample().name },
                ..ConfirmCodePage::sample()
            }
            .render(),
        ),
        (
            "confirm-add-passkey",
            ConfirmCodePage { purpose: ConfirmPurpose::AddPasskey { rd: None }, ..ConfirmCodePage::sample() }.render(),
        ),
        (
            "confirm-add-authenticator",
            ConfirmCodePage { purpose: ConfirmPurpose::AddAuthenticator, ..ConfirmCodePage::sample() }.render(),
        ),
        (
            "confirm-remove-authenticator",
            ConfirmCodePage {
                purpose: ConfirmPurpose::RemoveAuthenticator { id: PasskeyRow::sample().id, name: "Tablet".to_owned() },
                ..ConfirmCodePage::sample()
            }
            .render(),
        ),
        ("locked", LockedPage::sample().render()),
        (
            "locked-with-passkey",
            LockedPage {
                other_available: false,
                passkey: Some(PasskeyOptions { json: "{}".to_owned(), challenge: "sample-challenge".to_owned() }),
                ..LockedPage::sample()
            }
            .render(),
        ),
        (
            "locked-for-good",
            LockedPage { wait: None, until: None, other_available: false, ..LockedPage::sample() }.render(),
        ),
        ("account", AccountPage::sample().render()),
        (
            "account-low-codes",
            AccountPage {
                codes_left: 2,
                may_disable: false,
                devices: None,
                done: Some("That device is signed out."),
                ..AccountPage::sample()
            }
            .render(),
        ),
        (
            "account-not-enrolled",
            AccountPage {
                authenticators: Vec::new(),
                codes_left: 0,
                passkeys: Some(Vec::new()),
                devices: None,
                ..AccountPage::sample()
            }
            .render(),
        ),
        ("confirm-new-codes", ConfirmCodePage::sample().render()),
        (
            "confirm-disable",
            ConfirmCodePage { purpose: ConfirmPurpose::Disable, error: wrong(), ..ConfirmCodePage::sample() }.render(),
        ),
        ("sign-out", SignOutPage::sample().render()),
        ("sign-out-trusted", SignOutPage { trusted: true, ..SignOutPage::sample() }.render()),
        (
            "signed-out",
            Notice::new(Shell::sample_stranger(), "You are signed out")
                .say("If you share this computer, close the browser window too.")
                .offer("Sign in again", "/postern/sign-in")
                .good()
                .render(),
        ),
        ("refused", Notice::sample().render()),
        ("not-answered", RefusalPage::sample().render()),
    ];
    rendered.into()
}

fn long_codes() -> Vec<String> {
    let start = ["7K2M", "R4TB", "VF8A", "1PGE", "N5XQ", "B0HW", "ZC7J", "GE6S", "3YQD", "KM90"];
    start.map(|start| format!("{start}-QX9D-0WHN-6YSM")).to_vec()
}
