//! Samples of the pages with codes by mail.

use askama::Template;
use postern_authn::factors::Recipient;
use postern_model::factor::SecondFactor;

use super::{
    AccountPage, CodeInput, ConfirmPage, ConfirmPurpose, EmailCodesRow, LockedPage, SentCodeOffer, VerifyPage,
};
use crate::language::Text;

const ADDRESS: &str = "ada@example.com";

/// Returns names and documents of these samples.
pub(super) fn mailed_samples() -> Vec<(&'static str, Result<String, askama::Error>)> {
    let wrong = Text::new("factor-attempts-left").with("why", Text::new("factor-mail-wrong")).with("count", 2_u32);
    let unsent = SentCodeOffer { unsent: true, sent: false, ..SentCodeOffer::sample() };
    vec![
        ("verify-mail-offered", VerifyPage { offers: vec![offered()], ..VerifyPage::sample() }.render()),
        ("verify-mail", asking(offered()).render()),
        ("verify-mail-sent", asking(SentCodeOffer::sample()).render()),
        ("verify-mail-wrong", VerifyPage { error: Some(wrong.into()), ..asking(SentCodeOffer::sample()) }.render()),
        ("verify-mail-unsent", asking(unsent).render()),
        (
            "verify-mail-not-offered",
            VerifyPage { error: Some(Text::new("factor-mail-not-offered").into()), ..VerifyPage::sample() }.render(),
        ),
        ("locked-mail", LockedPage { method: SecondFactor::Email, ..LockedPage::sample() }.render()),
        (
            "locked-backup-use-mail",
            LockedPage { method: SecondFactor::Backup, other: Some(SecondFactor::Email), ..LockedPage::sample() }
                .render(),
        ),
        ("confirm-mail-on", switching(Some(ADDRESS.to_owned()), CodeInput::App).render()),
        ("confirm-mail-off", switching(None, CodeInput::Any).render()),
        ("account-mail-off", account(false, Some(ADDRESS)).render()),
        ("account-mail-on", account(true, Some(ADDRESS)).render()),
        ("account-mail-on-elsewhere", account(true, None).render()),
    ]
}

fn offered() -> SentCodeOffer {
    SentCodeOffer::to(&Recipient::Address(ADDRESS.to_owned()))
}

fn asking(mail: SentCodeOffer) -> VerifyPage {
    VerifyPage { method: SecondFactor::Email, offers: vec![mail], offers_passkey: false, ..VerifyPage::sample() }
}

fn switching(to: Option<String>, code: CodeInput) -> ConfirmPage {
    ConfirmPage { purpose: ConfirmPurpose::EmailCodes { to }, code, ..ConfirmPage::sample() }
}

/// Where devices cannot be trusted: the page with every section at once would weigh more than a sample may.
fn account(on: bool, address: Option<&str>) -> AccountPage {
    let row = EmailCodesRow { on, address: address.map(str::to_owned) };
    AccountPage { email_codes: Some(row), devices: None, ..AccountPage::sample() }
}
