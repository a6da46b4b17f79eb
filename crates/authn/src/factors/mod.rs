//! Second factors: verifying, enrolling and removing them.
//!
//! Every path that checks a code goes through [`attempt`], so the authenticators of a user have one attempt counter
//! for all callers, which counts codes that were sent too, and backup codes another. Passkeys have none.

mod attempt;
mod authenticators;
mod backup_codes;
mod change;
mod confirmation;
mod device_cookie;
mod enrol;
mod error;
mod lock;
mod name;
mod numbers;
mod passkeys;
mod remove;
mod reply;
mod sent_code_check;
mod sent_codes;
mod ticket;
mod totp;
mod trusted_devices;
mod typed_code;
mod verify;

pub use authenticators::AddedAuthenticator;
pub use backup_codes::Regenerated;
pub use change::Change;
pub use confirmation::Confirmation;
pub use device_cookie::DeviceCookie;
pub use enrol::{Enrolled, Offer};
pub use error::FactorError;
pub use lock::Lock;
pub use numbers::NumberBegun;
pub use passkeys::{Creation, PasskeyOptions, PasskeySetUp, PasskeySettings, Registered};
pub use reply::{Repeated, Submitted};
pub use sent_codes::{CodeRequested, Recipient};
pub use totp::time_of_step;
pub use trusted_devices::DeviceOutcome;
pub use verify::Elevated;
