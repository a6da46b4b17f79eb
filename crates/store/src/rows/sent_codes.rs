//! Codes that were sent, as rows.

use postern_model::attempt::Action;
use postern_model::clock::Timestamp;
use postern_model::factor::{CodeDigest, CodeKind, SecondFactor};
use postern_model::phone::{PhoneNumber, StoredNumber};
use postern_model::sent_code::SentCode;
use postern_model::store::StoreError;

use super::{Columns, Reading, Table};

const NO_NUMBER: &str = "is no telephone number";

/// Columns of [`sent_code`].
pub(crate) const SENT_CODE: &str = "id, digest, number, sent_at";

/// Reads [`SENT_CODE`].
pub(crate) fn sent_code(columns: &mut dyn Columns) -> Result<SentCode, StoreError> {
    let (mut row, _) = Reading::identified(columns, Table::SentCodes, "id")?;
    let digest = CodeDigest(row.token("digest")?.0);
    let number = row.optional("number", |row| row.text())?;
    let number = number.map(|text| PhoneNumber::from_canonical(&text).ok_or_else(|| row.corrupt("number", NO_NUMBER)));
    Ok(SentCode { digest, number: number.transpose()?, sent_at: row.required("sent_at", |row| row.time())? })
}

/// Reads the time at which a code was sent.
pub(crate) fn sent_at(columns: &mut dyn Columns) -> Result<Timestamp, StoreError> {
    Reading::new(columns, Table::SentCodes).required("sent_at", |row| row.time())
}

/// Columns of [`number`].
pub(crate) const NUMBER: &str = "f.user_id, f.sms_phone, f.sms_phone_confirmed";

/// Reads the number of a user. What an administrator or a backend wrote need not be a number.
pub(crate) fn number(columns: &mut dyn Columns) -> Result<StoredNumber, StoreError> {
    let (mut row, _) = Reading::identified(columns, Table::Settings, "user_id")?;
    let given = row.optional("sms_phone", |row| row.text())?;
    let confirmed = row.optional("sms_phone_confirmed", |row| row.text())?;
    Ok(match given {
        None => StoredNumber::Absent,
        Some(given) if confirmed.as_ref() == Some(&given) => {
            PhoneNumber::from_canonical(&given).map_or(StoredNumber::Unconfirmed, StoredNumber::Confirmed)
        }
        Some(_) => StoredNumber::Unconfirmed,
    })
}

/// Condition of the row of a sent code that is of a kind, beside its factor.
pub(crate) fn is_of(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Email | CodeKind::Sms => "number IS NULL",
        CodeKind::NewNumber => "number IS NOT NULL",
    }
}

/// Condition under which the number in a row of `user_2fa_settings f` counts: it is a telephone number as its owner confirmed it.
macro_rules! counting_number {
    () => {
        "(f.sms_phone = f.sms_phone_confirmed AND f.sms_phone LIKE '+%' AND length(f.sms_phone) BETWEEN 8 AND 16 \
         AND substr(f.sms_phone, 2, 1) <> '0' AND ltrim(substr(f.sms_phone, 2), '0123456789') = '')"
    };
}
pub(crate) use counting_number;

/// Further condition under which a row of `user_2fa_settings f` is sent codes of a kind.
pub(crate) fn condition_of(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Email | CodeKind::Sms => condition(kind.factor()),
        CodeKind::NewNumber => "",
    }
}

/// Further condition under which a row of `user_2fa_settings f` has codes of a factor checked for an action: a number that
/// is to count does not count yet.
pub(crate) fn condition_for(factor: SecondFactor, action: &Action) -> &'static str {
    match action {
        Action::SetNumber(Some(_)) => "",
        _ => condition(factor),
    }
}

/// Further condition under which a row of `user_2fa_settings f` has codes of a factor checked.
pub(crate) fn condition(factor: SecondFactor) -> &'static str {
    match factor {
        SecondFactor::Email => "AND f.email_2fa_enabled = TRUE",
        SecondFactor::Sms => concat!("AND ", counting_number!()),
        SecondFactor::Totp | SecondFactor::Backup | SecondFactor::Passkey | SecondFactor::TrustedDevice => "",
    }
}
