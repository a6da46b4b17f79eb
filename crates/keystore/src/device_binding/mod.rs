//! Sessions that are bound to a key of their device: the key, its proofs (JWTs of the browser), the challenges that they
//! sign, and the short-lived cookie that a proof is exchanged for (W3C Device Bound Session Credentials).

mod challenge;
mod cookie;
mod key;
mod proof;

pub use challenge::{CHALLENGE_LIFETIME, ChallengeFor, ChallengeRefused};
pub use cookie::{BoundCookie, BoundCookieRefused, ProvenDevice};
pub use key::DeviceKey;
pub use proof::{PROOF_MAX, ProofRefused, ReceivedProof};
