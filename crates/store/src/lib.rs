//! The ports to storage, twice: [`PostgresStore`] for deployments, [`SqliteStore`] for a single process. Both pass one
//! contract suite (`tests/contract`). The only crate that holds SQL.
//!
//! What both share lies at the top: how a row becomes a model ([`rows`]), who is told of a change ([`sinks`]), what
//! fits into a column ([`bounds`]).

mod bounds;
mod clean_up;
mod notice;
mod postgres;
mod rows;
mod schema;
mod sinks;
mod sqlite;

pub use postgres::{CLOCK_TOLERANCE, PostgresOptions, PostgresStore};
pub use sqlite::SqliteStore;
