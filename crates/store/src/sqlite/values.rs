//! A row as [`Columns`]. SQLite stores values of any type in any column, so every value is checked.

use postern_model::clock::Timestamp;
use rusqlite::Row;
use rusqlite::types::ValueRef;
use uuid::Uuid;

use super::times;
use crate::rows::{Columns, Table};

/// Row that is read from left to right.
pub(super) struct SqliteColumns<'r, 's> {
    row: &'r Row<'s>,
    next: usize,
}

impl<'r, 's> SqliteColumns<'r, 's> {
    pub(super) fn new(row: &'r Row<'s>) -> Self {
        Self { row, next: 0 }
    }

    fn take(&mut self) -> Result<ValueRef<'r>, String> {
        let column = self.next;
        self.next += 1;
        self.row.get_ref(column).map_err(|_| "is not in the row".to_owned())
    }

    fn take_text(&mut self) -> Result<Option<&'r str>, String> {
        match self.take()? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(text) => std::str::from_utf8(text).map(Some).map_err(|_| "is not UTF-8".to_owned()),
            other => Err(format!("is {}, not text", other.data_type())),
        }
    }

    fn parsed<T>(&mut self, what: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, String> {
        let text = self.take_text()?;
        text.map(|text| parse(text).ok_or_else(|| format!("is no {what}"))).transpose()
    }
}

impl Columns for SqliteColumns<'_, '_> {
    fn table(&self, table: Table) -> &'static str {
        match table {
            Table::Users => "users",
            Table::Settings => "user_2fa_settings",
            Table::Sessions => "postern_sessions",
            Table::Groups => "postern_user_groups",
            Table::Enrolments => "postern_pending_enrolments",
            Table::Replays => "postern_replays",
            Table::FreshCodes => "postern_fresh_codes",
            Table::Passkeys => "postern_passkeys",
            Table::TrustedDevices => "postern_trusted_devices",
            Table::SentCodes => "postern_sent_codes",
            Table::Mail => "postern_mail_queue",
            Table::Authenticators => "postern_authenticators",
            Table::HandOvers => "postern_hand_overs",
            Table::KeptPosts => "postern_kept_posts",
            Table::Tickets => "postern_enrolment_tickets",
            Table::Audit => "postern_audit_events",
            Table::SigningKeys => "postern_signing_keys",
            Table::Meta => "postern_meta",
        }
    }

    fn uuid(&mut self) -> Result<Option<Uuid>, String> {
        self.parsed("UUID", |text| text.parse().ok())
    }

    fn text(&mut self) -> Result<Option<String>, String> {
        Ok(self.take_text()?.map(str::to_owned))
    }

    fn time(&mut self) -> Result<Option<Timestamp>, String> {
        self.parsed("UTC time of the form YYYY-MM-DD HH:MM:SS", times::read)
    }

    fn flag(&mut self) -> Result<Option<bool>, String> {
        match self.take()? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(0) => Ok(Some(false)),
            ValueRef::Integer(1) => Ok(Some(true)),
            _ => Err("is neither 0 nor 1".to_owned()),
        }
    }

    fn int(&mut self) -> Result<Option<i64>, String> {
        match self.take()? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(value) => Ok(Some(value)),
            other => Err(format!("is {}, not a whole number", other.data_type())),
        }
    }

    fn bytes(&mut self) -> Result<Option<Vec<u8>>, String> {
        match self.take()? {
            ValueRef::Null => Ok(None),
            ValueRef::Blob(bytes) => Ok(Some(bytes.to_vec())),
            other => Err(format!("is {}, not bytes", other.data_type())),
        }
    }

    fn list(&mut self) -> Result<Option<Vec<String>>, String> {
        let list = self.parsed("JSON array of texts", |text| serde_json::from_str::<Vec<Option<String>>>(text).ok())?;
        Ok(list.map(|list| list.into_iter().flatten().collect()))
    }
}

/// Encodes a list of texts for storage.
pub(super) fn json(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}
