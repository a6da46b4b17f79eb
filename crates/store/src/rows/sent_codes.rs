//! Codes that were sent, as rows.

use postern_model::clock::Timestamp;
use postern_model::factor::{CodeDigest, SecondFactor};
use postern_model::sent_code::SentCode;
use postern_model::store::StoreError;

use super::{Columns, Reading, Table};

/// Columns of [`sent_code`].
pub(crate) const SENT_CODE: &str = "id, digest, sent_at";

/// Reads [`SENT_CODE`].
pub(crate) fn sent_code(columns: &mut dyn Columns) -> Result<SentCode, StoreError> {
    let (mut row, _) = Reading::identified(columns, Table::SentCodes, "id")?;
    let digest = CodeDigest(row.token("digest")?.0);
    Ok(SentCode { digest, sent_at: row.required("sent_at", |row| row.time())? })
}

/// Reads the time at which a code was sent.
pub(crate) fn sent_at(columns: &mut dyn Columns) -> Result<Timestamp, StoreError> {
    Reading::new(columns, Table::SentCodes).required("sent_at", |row| row.time())
}

/// Further condition under which a row of `user_2fa_settings f` has codes of a factor checked.
pub(crate) fn condition(factor: SecondFactor) -> &'static str {
    match factor {
        SecondFactor::Email => "AND f.email_2fa_enabled = TRUE",
        SecondFactor::Totp | SecondFactor::Backup | SecondFactor::Passkey | SecondFactor::TrustedDevice => "",
    }
}
