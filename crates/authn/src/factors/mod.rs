//! Second factors: proving one, enrolling one, and giving one up.
//!
//! Every path that looks at a code goes through [`attempt`], so there is one counter per authenticator whoever asks.

mod attempt;
mod backup_codes;
mod enrol;
mod error;
mod lock;
mod remove;
mod totp;
mod verify;

use std::time::Duration;

pub use enrol::{Enrolled, Offer};
pub use error::FactorError;
pub use lock::Lock;
pub use verify::Elevated;

pub use backup_codes::Regenerated;

/// How new a verification must be for a change of factors that brings no code of its own.
pub const STEP_UP_WINDOW: Duration = Duration::from_secs(5 * 60);
