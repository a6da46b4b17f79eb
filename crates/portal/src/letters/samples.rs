//! Every mail in a language, to look at and for tests.

use postern_model::clock::Timestamp;
use postern_model::id::{EventId, UserId};
use postern_model::language::Language;
use postern_model::mail::{DISABLED, Happening, MailContent, MailKind, QueuedMail};
use postern_model::sent_code::CodeMessage;
use postern_model::session::Caller;

use super::{Sender, code, notice, test};
use crate::language::Languages;

const AT: Timestamp = Timestamp::from_secs(1_769_861_100);
const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0";

/// Returns names and contents of all mails in a language.
pub fn samples_in(language: Language) -> Vec<(String, Result<MailContent, askama::Error>)> {
    let sender = sender(language);
    let mut all: Vec<_> = happenings()
        .into_iter()
        .map(|happening| {
            let name = format!("{} {}", happening.kind.name(), happening.detail.as_deref().unwrap_or_default());
            (name.trim_end().replace(' ', "-"), notice(&mail(happening, language), &sender))
        })
        .collect();
    all.push(("test".to_owned(), test("ada@example.com", AT, &sender)));
    all.push(("code".to_owned(), code(&message(language), &sender)));
    all
}

fn happenings() -> Vec<Happening> {
    let mut all = Vec::new();
    let mut add = |kind, details: &[&str]| all.extend(details.iter().map(|detail| Happening::new(kind, *detail)));
    add(MailKind::FactorAdded, &["passkey", "totp", "totp-replaced", "email"]);
    add(MailKind::FactorRemoved, &["passkey", "totp", "email", "all"]);
    add(MailKind::BackupCodeUsed, &["7"]);
    add(MailKind::FewBackupCodes, &["2", "1", "0"]);
    add(MailKind::Locked, &["totp", "backup"]);
    all.extend(["totp", "backup"].map(|factor| Happening::new(MailKind::Locked, format!("{factor}{DISABLED}"))));
    all.extend([MailKind::BackupCodesReplaced, MailKind::NewDevice, MailKind::FactorsReset].map(Happening::plain));
    all
}

fn sender(language: Language) -> Sender {
    Sender {
        product: "NetPilot".to_owned(),
        provider: "Google".to_owned(),
        languages: Languages::new(&[language]),
        host: "app.example.com".to_owned(),
        account: "https://app.example.com/postern/account".to_owned(),
        not_me: "https://app.example.com/postern/not-me".to_owned(),
    }
}

fn caller(language: Language) -> Caller {
    Caller { language: Some(language), ..Caller::new(Some([192, 0, 2, 7].into()), Some(BROWSER)) }
}

fn mail(happening: Happening, language: Language) -> QueuedMail {
    let caller = if happening.kind == MailKind::FactorsReset { Caller::default() } else { caller(language) };
    QueuedMail {
        event: EventId(Default::default()),
        user: UserId(Default::default()),
        recipient: "ada@example.com".to_owned(),
        happening,
        at: AT,
        caller,
        language: Some(language),
        attempts: 1,
        leased_until: AT,
    }
}

fn message(language: Language) -> CodeMessage {
    CodeMessage {
        id: EventId(Default::default()),
        recipient: "ada@example.com".to_owned(),
        code: "012345".to_owned().into(),
        at: AT,
        caller: caller(language),
    }
}
