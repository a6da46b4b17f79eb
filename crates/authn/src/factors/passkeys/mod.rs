//! Passkeys and security keys (WebAuthn) as second factors.
//!
//! A challenge is drawn for one session, one token of it and one kind of ceremony, and is kept by the page, sealed. Success
//! rotates the token, so a challenge works once; the store holds nothing of a ceremony that was begun.

mod challenge;
mod manage;
mod register;
mod response;
mod set_up;
mod signals;
mod verify;

pub use challenge::PasskeyOptions;
pub use register::{Creation, Registered};
pub use set_up::PasskeySetUp;

/// How the gateway appears to browsers and authenticators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeySettings {
    /// Relying party identifier: the public host, or a parent domain of it.
    pub relying_party: String,
    /// Name of the relying party, which some authenticators show.
    pub name: String,
    /// Origin of the pages that run ceremonies, such as `https://example.com`.
    pub origin: String,
    /// Whether the authenticator must verify the user (PIN, fingerprint, face), beyond their presence.
    pub require_verification: bool,
}
