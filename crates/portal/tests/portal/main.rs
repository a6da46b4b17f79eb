//! The portal as a browser or the dashboard meets it: real operations over the SQLite store, with a clock and an entropy
//! that the tests move.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail like tests")]

mod account;
mod api;
mod authenticators;
mod caching;
mod callback;
mod compression;
mod confirmations;
mod device_binding;
mod double_clicks;
mod flows;
mod fuzz;
mod hand_over;
mod harness;
mod injection;
mod interleaved_store;
mod kept;
mod languages;
mod locks;
mod mailed_codes;
mod not_me;
mod outbox;
mod pages_mode;
mod passkey_step;
mod passkeys;
mod passkeys_alone;
mod provider;
mod refusals;
mod repetition;
mod setup;
mod sms_codes;
mod snapshots;
mod tickets;
mod trusted_devices;
mod writes;
