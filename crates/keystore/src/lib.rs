//! Keys and what is done with them: the keyring that seals secrets and makes message authentication codes, session
//! tokens and their cookie, backup-code digests, signed assertions and messages, and the formats of legacy sessions and secrets.
//!
//! Nothing here does I/O. Randomness and time come in as arguments; secrets never appear in `Debug` output or errors.

pub mod backup;

mod assertion;
mod cookie;
mod csrf;
mod django;
mod encoding;
mod express;
mod fernet;
mod flask;
mod keyring;
mod master;
mod message;
mod place;
mod seal;
mod session_key;
mod signing;
mod token;
mod weak;

#[cfg(test)]
mod testing;

pub use assertion::{ASSERTION_TYPE, Assertion};
pub use backup::{BackupFormat, Cost};
pub use cookie::{CookieRead, InvalidCookieName, SessionCookie, Stripped, cookies};
pub use django::DjangoSession;
pub use express::ExpressSession;
pub use fernet::{FernetError, FernetKey};
pub use flask::FlaskSession;
pub use keyring::{KeyId, Keyring, Purpose};
pub use master::{KeyError, MasterKey};
pub use message::{MessageAlgorithm, MessageKey, MessageKeyError, published_message_key};
pub use place::Place;
pub use seal::{OpenError, ResealError, SealError, is_sealed};
pub use session_key::SessionKeyError;
pub use signing::{SigningAlgorithm, SigningError, SigningKey, UnknownAlgorithm, jwks};
pub use token::SessionToken;
pub use weak::is_known_weak;
