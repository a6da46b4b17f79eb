//! Backup codes: their two formats, and digests that protect them at rest.
//!
//! A digest is Argon2id over an HMAC-SHA-256 of user and code under the keyring's pepper, with one salt per set.
//! Without the keyring a stolen table is worthless. With it, an attacker must search 80 bits (40 in the short format)
//! at 19 MiB of memory per guess.
//!
//! [`digest_set`], [`wrap_legacy`] and [`find`] block for tens of milliseconds per code: run them on a bounded pool.

mod cost;
mod digest;
mod format;
mod set;

pub use cost::Cost;
pub use digest::master_of;
pub use format::{BackupFormat, canonical, generate};
pub(crate) use format::{characters, draw_text};
pub use set::{DigestError, digest_set, find, wrap_legacy};
