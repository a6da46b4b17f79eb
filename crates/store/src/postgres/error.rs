//! Classification of failed statements into the errors of the ports.

use postern_model::store::StoreError;
use tokio_postgres::error::SqlState;

/// Failed statement, before it is classified.
#[derive(Debug)]
pub(super) enum Failure {
    Statement(tokio_postgres::Error),
    TimedOut,
    /// A connection pooler responded where a direct connection is needed.
    Pooled,
}

impl Failure {
    /// Another transaction conflicted; the same transaction may succeed when it is run again.
    pub(super) fn is_retryable(&self) -> bool {
        let Self::Statement(error) = self else { return false };
        error.code().is_some_and(|code| {
            [&SqlState::UNIQUE_VIOLATION, &SqlState::T_R_DEADLOCK_DETECTED, &SqlState::T_R_SERIALIZATION_FAILURE]
                .contains(&code)
        })
    }

    /// The server's words, if a value could not be converted (class 22).
    pub(super) fn data_exception(&self) -> Option<String> {
        let Self::Statement(error) = self else { return None };
        let db = error.as_db_error()?;
        db.code().code().starts_with("22").then(|| db.message().to_owned())
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Statement(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TimedOut => Self::Unavailable("PostgreSQL did not answer in time".to_owned()),
            Failure::Pooled => Self::Refused("a connection pooler answers: set store.listen_url".to_owned()),
            Failure::Statement(error) => statement(&error),
        }
    }
}

/// Classifies a statement's error by its SQLSTATE (PostgreSQL, appendix A). Details and hints are left out, since they
/// may quote stored values.
fn statement(error: &tokio_postgres::Error) -> StoreError {
    let Some(db) = error.as_db_error() else {
        return StoreError::Unavailable(connection(error));
    };
    let state = db.code().code();
    let text = format!("{} (SQLSTATE {state})", db.message());
    match (state, state.get(..2).unwrap_or_default()) {
        // Undefined table, column, schema or function; a plan that no longer matches the table.
        ("42P01" | "42703" | "3F000" | "42883" | "0A000", _) => {
            StoreError::Schema(format!("{text}; run the migrations"))
        }
        // Privilege missing; NULL in a column of the backend's that takes none.
        ("42501", _) => StoreError::Unsuitable(format!("{text}; grant it to the role that serves")),
        ("23502", _) => StoreError::Unsuitable(format!("{text}; allow NULL in the column, or give it a default")),
        // Read-only server, lock or statement timed out.
        ("25006" | "55P03", _) => StoreError::Unavailable(text),
        // Connection, authentication, database missing, rollback, resources, operator, system.
        (_, "08" | "28" | "3D" | "40" | "53" | "57" | "58") => StoreError::Unavailable(text),
        _ => StoreError::Refused(text),
    }
}

/// Joins the chain of causes of a failed connection. The driver's texts hold neither the password nor the URL.
pub(super) fn connection(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    match remedy(&text) {
        Some(remedy) => format!("{text}; {remedy}"),
        None => text,
    }
}

/// Returns what to set for a failed connection whose cause is in the configuration.
fn remedy(text: &str) -> Option<&'static str> {
    const REMEDIES: [(&str, &str); 6] = [
        (
            "CaUsedAsEndEntity",
            "the server presents a certificate that is marked as an authority's: name this very certificate in \
             store.root_certificates or sslrootcert, or issue another one for the server",
        ),
        (
            "UnknownIssuer",
            "name the certificate of the authority that signed the server's in store.root_certificates or sslrootcert",
        ),
        (
            // The authority has the same name and another key.
            "BadSignature",
            "name the certificate of the authority that signed the server's in store.root_certificates or sslrootcert",
        ),
        (
            "not valid for name",
            "use a name in store.url that is in the server's certificate, among its alternative names and not only as its \
             common name; sslmode=verify-ca does without",
        ),
        ("certificate expired", "renew the server's certificate"),
        (
            "channel binding",
            "channel_binding=require needs TLS (sslmode=require) and a password stored for scram-sha-256 on the server",
        ),
    ];
    REMEDIES.iter().find(|(cause, _)| text.contains(cause)).map(|(_, remedy)| *remedy)
}
