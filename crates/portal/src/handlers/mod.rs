//! Page handlers. Each parses, calls one function of `postern-authn`, and renders.

mod account;
mod authenticators;
mod backup_codes;
mod codes;
mod confirmation;
mod device_binding;
mod disable;
mod enrol;
mod factor_errors;
mod hand_over;
mod kept;
mod language;
mod not_me;
mod numbers;
mod passkeys;
mod renewed;
mod repetition;
mod sent_codes;
mod sign_in;
mod sign_out;
mod statics;
mod trusted_devices;
mod verify;

pub(crate) use device_binding::offer_binding;
