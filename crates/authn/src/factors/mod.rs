//! Second factors: verifying, enrolling and removing them.
//!
//! Every path that checks a code goes through [`attempt`], so each authenticator has one attempt counter for all
//! callers.

mod attempt;
mod backup_codes;
mod enrol;
mod error;
mod lock;
mod passkeys;
mod remove;
mod reply;
mod ticket;
mod totp;
mod typed_code;
mod verify;

pub use backup_codes::Regenerated;
pub use enrol::{Enrolled, Offer};
pub use error::FactorError;
pub use lock::Lock;
pub use passkeys::{Creation, PasskeyOptions, PasskeySettings, Registered};
pub use reply::{Repeated, Submitted};
pub use verify::Elevated;
