//! The command line through the built program: exit codes, tables, JSON, and no secret anywhere.

mod keys;
mod program;
mod store;
mod usage;
