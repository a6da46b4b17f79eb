//! Second factors: proving one, enrolling one, and giving one up.
//!
//! Every path that looks at a code goes through [`attempt`], so there is one counter per authenticator whoever asks.

mod attempt;
mod backup_codes;
mod enrol;
mod error;
mod lock;
mod remove;
mod reply;
mod totp;
mod typed_code;
mod verify;

pub use backup_codes::Regenerated;
pub use enrol::{Enrolled, Offer};
pub use error::FactorError;
pub use lock::Lock;
pub use reply::{Repeated, Submitted};
pub use verify::Elevated;
