//! Backup codes: their two formats, and digests that do not give them away.
//!
//! A digest is Argon2id over HMAC-SHA-256 under the pepper of the keyring, over user and code, with one salt per set.
//! Without the keyring a stolen table is worthless; with it, 80 bits stand behind 19 MiB of memory per guess.
//!
//! [`digest_set`], [`wrap_legacy`] and [`find`] block for tens of milliseconds per code: run them on a bounded pool.

mod cost;
mod digest;
mod format;
mod set;

pub use cost::Cost;
pub use digest::master_of;
pub use format::{BackupFormat, canonical, generate};
pub use set::{DigestError, digest_set, find, wrap_legacy};
