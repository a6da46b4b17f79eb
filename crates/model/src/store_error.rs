//! The error of every port to storage.

/// Error of a store. Every variant denies the request.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store is unreachable or did not respond in time; a later try may succeed.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A stored value is invalid. Names its place, never the value.
    #[error("{table}.{column} of {id} is not readable: {reason}")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Row identifier.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The schema is not the one this version needs; migrating makes it so.
    #[error("the schema is not ready: {0}")]
    Schema(String),
    /// The database has to be corrected by somebody: the text names the place and the remedy. Migrating does not help.
    #[error("the database cannot be used as it is: {0}")]
    Unsuitable(String),
    /// The clocks of this process and of the store differ, so that neither can decide which rows are old.
    #[error("the clock is wrong: {0}")]
    Clock(String),
    /// The store refused the statement.
    #[error("the store refused: {0}")]
    Refused(String),
}
