//! The pages: contexts that askama renders, one file each. Every context has a `sample()`, and [`samples()`] lists them
//! all for the snapshot test and the gallery.

mod account;
mod codes;
mod confirm;
mod device;
mod enrol;
mod events;
mod explanation;
mod kept;
mod mailed_code;
mod mailed_samples;
mod not_me;
mod notice;
mod passkeys;
mod person_time;
mod problem;
mod qr;
mod refusal;
mod renewed;
mod samples;
mod shell;
mod sign_in;
mod sign_out;
mod verify;

pub use account::{AccountPage, ActivityRow, AuthenticatorRow, DeviceRow, EmailCodesRow, SessionRow};
pub use codes::{CodesPage, CodesReason};
pub use confirm::{CodeInput, ConfirmPage, ConfirmPurpose};
pub use device::describe_device;
pub use enrol::{EnrolIntroPage, EnrolPasskeyPage, EnrolScanPage, NewAuthenticator};
pub use events::describe_event;
pub use kept::KeptPage;
pub use mailed_code::MailedCode;
pub use not_me::NotMePage;
pub use notice::{Action, Notice};
pub use passkeys::{NewPasskeyPage, PasskeyRow, PasskeyStepPage};
pub use person_time::{ExactTime, ago, clock_text, span, wait};
pub use problem::Problem;
pub use qr::{group_in_fours, qr_data_url, qr_svg};
pub use refusal::RefusalPage;
pub use renewed::RenewedPage;
pub use samples::{samples, samples_in};
pub use shell::Shell;
pub use sign_in::SignInPage;
pub use sign_out::SignOutPage;
pub use verify::{LockedPage, VerifyPage};
