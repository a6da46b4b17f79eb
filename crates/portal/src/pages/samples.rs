//! Samples of every page in every relevant state.

use askama::Template;
use postern_authn::factors::PasskeyOptions;
use postern_model::factor::SecondFactor;
use postern_model::id::{AuthenticatorId, PasskeyId};
use postern_model::language::Language;

use super::mailed_samples::mailed_samples;
use super::{
    AccountPage, CodeInput, CodesPage, CodesReason, ConfirmPage, ConfirmPurpose, EnrolIntroPage, EnrolPasskeyPage,
    EnrolScanPage, KeptPage, LockedPage, NewAuthenticator, NewPasskeyPage, NotMePage, Notice, NumberCodePage,
    NumberPage, NumberRow, PasskeyRow, PasskeyStepPage, Problem, RefusalPage, RenewedPage, SentCodeOffer, Shell,
    SignInPage, SignOutPage, VerifyPage,
};
use crate::language::{Text, Visit};

/// Returns names and documents of all samples in a language.
pub fn samples_in(language: Language) -> Vec<(&'static str, Result<String, askama::Error>)> {
    Visit { language, ..Visit::default() }.scope_of(samples)
}

/// Returns names and documents of all samples, in English.
pub fn samples() -> Vec<(&'static str, Result<String, askama::Error>)> {
    let wrong = || {
        let left = Text::new("factor-attempts-left").with("why", Text::new("factor-code-wrong")).with("count", 2_u32);
        Some(left.into())
    };
    let passkey = || Some(PasskeyOptions { json: "{}".to_owned(), challenge: "sample-challenge".to_owned() });
    let rendered = [
        ("sign-in", SignInPage::sample().render()),
        ("sign-in-alert", SignInPage { alert: Some(Text::new("signin-ended")), ..SignInPage::sample() }.render()),
        ("sign-in-in-app", SignInPage { in_app: true, ..SignInPage::sample() }.render()),
        ("enrol-1-intro", EnrolIntroPage::sample().render()),
        (
            "enrol-1-replace",
            EnrolIntroPage { replaces: true, skip: None, passkey_instead: false, ..EnrolIntroPage::sample() }.render(),
        ),
        (
            "enrol-1-replace-passkey",
            EnrolIntroPage {
                replaces: true,
                skip: None,
                passkey: passkey(),
                passkey_instead: false,
                ..EnrolIntroPage::sample()
            }
            .render(),
        ),
        ("enrol-1-ticket", EnrolIntroPage { ticket: true, skip: None, ..EnrolIntroPage::sample() }.render()),
        ("enrol-2-scan", EnrolScanPage::sample().render()),
        ("enrol-2-scan-error", EnrolScanPage { error: wrong(), ..EnrolScanPage::sample() }.render()),
        (
            "enrol-2-add",
            EnrolScanPage {
                adds: Some(NewAuthenticator { name: "Tablet".to_owned() }),
                passkey_instead: false,
                ..EnrolScanPage::sample()
            }
            .render(),
        ),
        ("enrol-2-passkey", EnrolPasskeyPage::sample().render()),
        (
            "enrol-2-passkey-error",
            EnrolPasskeyPage {
                name: "Phone".to_owned(),
                minutes_left: 1,
                error: Some(Text::new("factor-passkey-refused").into()),
                ..EnrolPasskeyPage::sample()
            }
            .render(),
        ),
        ("enrol-3-codes", CodesPage::sample().render()),
        ("enrol-3-codes-passkey", CodesPage { app: false, ..CodesPage::sample() }.render()),
        (
            "codes-replaced",
            CodesPage { reason: CodesReason::Replaced, codes: long_codes(), ..CodesPage::sample() }.render(),
        ),
        ("verify", VerifyPage::sample().render()),
        ("verify-error", VerifyPage { error: wrong(), ..VerifyPage::sample() }.render()),
        ("verify-backup", VerifyPage { method: SecondFactor::Backup, codes_left: 2, ..VerifyPage::sample() }.render()),
        ("verify-again", VerifyPage { again: true, ..VerifyPage::sample() }.render()),
        ("verify-passkey", VerifyPage { passkey: passkey(), ..VerifyPage::sample() }.render()),
        ("verify-without-app", without_app(6).render()),
        ("verify-without-app-or-codes", without_app(0).render()),
        ("verify-backup-codes-alone", VerifyPage { passkey: None, ..without_app(2) }.render()),
        ("passkey-step", PasskeyStepPage::sample().render()),
        (
            "passkey-step-unknown",
            PasskeyStepPage {
                error: Some(Problem::from(Text::new("factor-passkey-unknown")).signalling("{}".to_owned())),
                ..PasskeyStepPage::sample()
            }
            .render(),
        ),
        (
            "verify-trust",
            VerifyPage {
                passkey: passkey(),
                trust: Some(Text::new("time-days").with("count", 30_u32)),
                ..VerifyPage::sample()
            }
            .render(),
        ),
        ("passkey-step-none", PasskeyStepPage { passkey: None, ..PasskeyStepPage::sample() }.render()),
        ("new-passkey", NewPasskeyPage::sample().render()),
        (
            "new-passkey-offered",
            NewPasskeyPage { skip: Some("/dashboard".to_owned()), ..NewPasskeyPage::sample() }.render(),
        ),
        (
            "confirm-remove-passkey",
            ConfirmPage {
                purpose: ConfirmPurpose::RemovePasskey {
                    id: PasskeyId(Default::default()),
                    name: PasskeyRow::sample().name,
                },
                code: CodeInput::Any,
                ..ConfirmPage::sample()
            }
            .render(),
        ),
        (
            "confirm-add-passkey",
            ConfirmPage {
                purpose: ConfirmPurpose::AddPasskey { rd: None },
                code: CodeInput::Any,
                ..ConfirmPage::sample()
            }
            .render(),
        ),
        (
            "confirm-add-passkey-offered",
            ConfirmPage {
                purpose: ConfirmPurpose::AddPasskey { rd: Some("/dashboard".to_owned()) },
                code: CodeInput::Any,
                skip: Some("/dashboard".to_owned()),
                ..ConfirmPage::sample()
            }
            .render(),
        ),
        (
            "confirm-add-with-passkey",
            ConfirmPage {
                purpose: ConfirmPurpose::AddPasskey { rd: None },
                code: CodeInput::Any,
                passkey: passkey(),
                ..ConfirmPage::sample()
            }
            .render(),
        ),
        (
            "confirm-add-authenticator",
            ConfirmPage { purpose: ConfirmPurpose::AddAuthenticator, code: CodeInput::Any, ..ConfirmPage::sample() }
                .render(),
        ),
        (
            "confirm-add-first-authenticator",
            ConfirmPage {
                purpose: ConfirmPurpose::AddAuthenticator,
                code: CodeInput::Backup,
                passkey: passkey(),
                ..ConfirmPage::sample()
            }
            .render(),
        ),
        (
            "confirm-remove-authenticator",
            ConfirmPage {
                purpose: ConfirmPurpose::RemoveAuthenticator {
                    id: AuthenticatorId(Default::default()),
                    name: "Tablet".to_owned(),
                    only: false,
                },
                code: CodeInput::Any,
                ..ConfirmPage::sample()
            }
            .render(),
        ),
        (
            "confirm-remove-only-authenticator",
            ConfirmPage {
                purpose: ConfirmPurpose::RemoveAuthenticator {
                    id: AuthenticatorId(Default::default()),
                    name: "Phone".to_owned(),
                    only: true,
                },
                code: CodeInput::Nothing,
                passkey: passkey(),
                ..ConfirmPage::sample()
            }
            .render(),
        ),
        ("confirm-stuck", ConfirmPage { code: CodeInput::Nothing, ..ConfirmPage::sample() }.render()),
        ("locked", LockedPage::sample().render()),
        ("locked-with-passkey", LockedPage { other: None, passkey: passkey(), ..LockedPage::sample() }.render()),
        (
            "locked-for-good",
            LockedPage { wait: None, until: None, other: None, complete: true, ..LockedPage::sample() }.render(),
        ),
        ("account", AccountPage::sample().render()),
        (
            "account-low-codes",
            AccountPage {
                codes_left: 2,
                may_disable: false,
                devices: None,
                done: Some("done-session"),
                ..AccountPage::sample()
            }
            .render(),
        ),
        ("account-without-app", AccountPage { authenticators: Vec::new(), ..AccountPage::sample() }.render()),
        (
            "account-not-enrolled",
            AccountPage {
                enrolled: false,
                authenticators: Vec::new(),
                codes_left: 0,
                passkeys: Some(Vec::new()),
                devices: None,
                ..AccountPage::sample()
            }
            .render(),
        ),
        ("confirm-new-codes", ConfirmPage::sample().render()),
        (
            "confirm-new-codes-with-passkey",
            ConfirmPage { passkey: passkey(), error: wrong(), ..ConfirmPage::sample() }.render(),
        ),
        (
            "confirm-disable",
            ConfirmPage { purpose: ConfirmPurpose::Disable, error: wrong(), ..ConfirmPage::sample() }.render(),
        ),
        ("verify-sms", VerifyPage { method: SecondFactor::Sms, offers: offers(), ..VerifyPage::sample() }.render()),
        ("number", NumberPage::sample().render()),
        (
            "number-change",
            NumberPage {
                present: Some("•••• 12".to_owned()),
                typed: "0151 2345612".to_owned(),
                error: Some(Text::new("sms-number-malformed").into()),
                waits: true,
                wait: Some(Text::new("time-minutes").with("count", 1_u32)),
                ..NumberPage::sample()
            }
            .render(),
        ),
        ("number-code", NumberCodePage::sample().render()),
        (
            "account-number",
            AccountPage {
                number: Some(NumberRow::Confirmed("•••• 12".to_owned())),
                devices: None,
                ..AccountPage::sample()
            }
            .render(),
        ),
        (
            "account-number-unconfirmed",
            AccountPage { number: Some(NumberRow::Unconfirmed), devices: None, ..AccountPage::sample() }.render(),
        ),
        (
            "confirm-remove-number",
            ConfirmPage { purpose: ConfirmPurpose::RemoveNumber, code: CodeInput::Any, ..ConfirmPage::sample() }
                .render(),
        ),
        ("kept", KeptPage::sample().render()),
        ("renewed", RenewedPage::sample().render()),
        ("not-me", NotMePage::sample().render()),
        ("not-me-without-factor", NotMePage { enrolled: false, ..NotMePage::sample() }.render()),
        ("sign-out", SignOutPage::sample().render()),
        ("sign-out-trusted", SignOutPage { trusted: true, ..SignOutPage::sample() }.render()),
        (
            "signed-out",
            Notice::new(Shell::sample_stranger(), Text::new("signout-done-heading"))
                .say(Text::new("signout-done"))
                .sign_in()
                .good()
                .render(),
        ),
        ("refused", Notice::sample().render()),
        ("not-answered", RefusalPage::sample().render()),
    ];
    rendered.into_iter().chain(mailed_samples()).collect()
}

/// The offers for somebody who can be sent codes by mail and SMS.
fn offers() -> Vec<SentCodeOffer> {
    let by_sms = SentCodeOffer {
        method: SecondFactor::Sms,
        recipient: "•••• 12".to_owned(),
        sent: false,
        wait: None,
        unsent: true,
    };
    vec![SentCodeOffer::sample(), by_sms]
}

/// The page for somebody who has passkeys and no app.
fn without_app(codes_left: u32) -> VerifyPage {
    let passkey = PasskeyOptions { json: "{}".to_owned(), challenge: "sample-challenge".to_owned() };
    VerifyPage {
        method: SecondFactor::Backup,
        app: false,
        codes_left,
        passkey: Some(passkey),
        offers_passkey: false,
        ..VerifyPage::sample()
    }
}

fn long_codes() -> Vec<String> {
    let start = ["7K2M", "R4TB", "VF8A", "1PGE", "N5XQ", "B0HW", "ZC7J", "GE6S", "3YQD", "KM90"];
    start.map(|start| format!("{start}-QX9D-0WHN-6YSM")).to_vec()
}
