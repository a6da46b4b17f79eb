//! Classification of failed statements into the errors of the ports.

use postern_model::store::StoreError;
use rusqlite::ErrorCode;

/// Error of a closure that runs statements.
#[derive(Debug)]
pub(super) struct Failure(pub(super) StoreError);

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self(statement(&error))
    }
}

/// Classifies an error by SQLite's result code.
pub(super) fn statement(error: &rusqlite::Error) -> StoreError {
    let text = error.to_string();
    if ["no such table", "no such column"].iter().any(|missing| text.contains(missing)) {
        // The driver appends the statement, which does not help operators.
        let what = text.split(" in ").next().unwrap_or_default();
        return StoreError::Schema(format!("{what}; run the migrations"));
    }
    match error.sqlite_error_code() {
        // A constraint, a value of the wrong type or size.
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => StoreError::Refused(text),
        // Busy, locked, full, read-only, corrupt, not a database.
        Some(_) => StoreError::Unavailable(text),
        None => StoreError::Refused(text),
    }
}
