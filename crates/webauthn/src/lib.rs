//! Verification of WebAuthn ceremonies (Web Authentication Level 3, §7): the registration of a credential, and an assertion made with
//! one. Pure functions of bytes: no I/O, no clock, no randomness, no storage.
//!
//! The caller draws the challenge, remembers for which session and purpose it was drawn, uses it once, and stores the
//! [`Credential`] of a registration. Attestation conveyance is `none`: this crate identifies a credential, not the make of its
//! authenticator.
//!
//! Algorithms: ES256 (P-256), EdDSA (Ed25519) and RS256, in this order of preference; [`ALGORITHMS`] has their COSE numbers.
//!
//! ```
//! use postern_webauthn::{Ceremony, Refused, RegistrationResponse};
//!
//! let ceremony = Ceremony {
//!     challenge: &[7; 32],
//!     relying_party: "example.com",
//!     origins: &["https://example.com"],
//!     require_verification: true,
//! };
//! let response = RegistrationResponse { client_data: b"{}", attestation_object: &[0xa0] };
//! assert!(matches!(ceremony.register(&response), Err(Refused::ClientData)));
//! ```

mod assertion;
mod attestation;
mod authenticator_data;
mod cbor;
mod client_data;
mod public_key;
mod refused;
mod registration;

pub use assertion::{Asserted, AssertionResponse, Registered};
pub use authenticator_data::Flags;
pub use public_key::ALGORITHMS;
pub use refused::Refused;
pub use registration::{Credential, RegistrationResponse};

/// What the responses of one ceremony have to match.
#[derive(Clone, Copy, Debug)]
pub struct Ceremony<'a> {
    /// The challenge as bytes, drawn for this ceremony (§13.4.3: at least 16 bytes).
    pub challenge: &'a [u8],
    /// The relying party identifier: a domain.
    pub relying_party: &'a str,
    /// The origins whose pages may run the ceremony, such as `https://example.com`.
    pub origins: &'a [&'a str],
    /// Whether the authenticator must have verified the user, by a PIN or biometrics.
    pub require_verification: bool,
}
