//! The ports to storage, twice: PostgreSQL and SQLite.
