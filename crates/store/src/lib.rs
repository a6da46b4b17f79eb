//! Two implementations of the storage ports: [`PostgresStore`] for deployments, [`SqliteStore`] for a single process.
//! Both pass one contract suite (`tests/contract`). Only this crate contains SQL.
//!
//! Modules at the top are shared by both: conversion of rows to models ([`rows`]), subscribers to changes ([`sinks`]),
//! size limits of columns ([`bounds`]), what allows an action on factors ([`actions`]), mail that waits ([`mail`]).

mod actions;
mod authenticator_rows;
mod bounds;
mod clean_up;
mod mail;
mod notice;
mod passkey_rows;
mod postgres;
mod rows;
mod schema;
mod sinks;
mod sqlite;
mod trusted_device_rows;

pub use postgres::{CLOCK_TOLERANCE, PostgresOptions, PostgresStore};
pub use sqlite::SqliteStore;
