//! Keys and cryptography: the keyring that seals secrets and makes message authentication codes, session tokens and
//! their cookie, backup-code digests, signed assertions and messages, and the formats of legacy sessions and secrets.
//!
//! This crate does no I/O. Randomness and time are arguments; secrets never appear in `Debug` output or errors.

pub mod backup;

mod assertion;
mod cookie;
mod csrf;
mod device_binding;
mod encoding;
mod foreign;
mod keyring;
mod known_weak_keys;
mod master;
mod message_key;
mod seal;
mod seal_context;
pub mod sent_code;
mod signing;
pub mod ticket;
mod token;
mod typed;

#[cfg(test)]
mod testing;

pub use assertion::{ASSERTION_TYPE, Assertion};
pub use backup::{BackupFormat, Cost};
pub use cookie::{
    Binding, CookieRead, CookieScope, DeviceSecret, InvalidCookieName, SameSite, SessionCookie, Stripped, cookies,
};
pub use device_binding::{
    BoundCookie, BoundCookieRefused, CHALLENGE_LIFETIME, ChallengeFor, ChallengeRefused, DeviceKey, PROOF_MAX,
    ProofRefused, ProvenDevice, ReceivedProof,
};
pub use foreign::{DjangoSession, ExpressSession, FernetError, FernetKey, FlaskSession, SessionKeyError};
pub use keyring::{KeyId, Keyring, Purpose};
pub use known_weak_keys::{is_known_weak, is_placeholder};
pub use master::{KeyError, MasterKey};
pub use message_key::{MessageAlgorithm, MessageKey, MessageKeyError, published_message_key};
pub use seal::{OpenError, ResealError, SealError, is_sealed};
pub use seal_context::SealContext;
pub use signing::{SigningAlgorithm, SigningError, SigningKey, UnknownAlgorithm, jwks};
pub use token::SessionToken;
pub use typed::plain;
