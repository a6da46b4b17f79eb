//! The contract of the ports, written once and run on both stores.
//!
//! `scripts/with-postgres cargo nextest run -p postern-store`

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod harness;

mod administrators;
mod attempts;
mod audit;
mod authenticators;
mod bystanders;
mod corrupt;
mod device_binding;
mod enrolment;
mod factors;
mod hand_over;
mod kept_posts;
mod keys;
mod linking;
mod mail;
mod mail_languages;
mod one_of_several;
mod parallel;
mod passkeys;
mod passkeys_alone;
mod removal;
mod sent_codes;
mod sessions;
mod settle;
mod sign_in;
mod sms_codes;
mod tickets;
mod trusted_devices;
mod users;
