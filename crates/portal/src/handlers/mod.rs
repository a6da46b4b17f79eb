//! The handlers of pages: parse, call one function of `postern-authn`, render.

mod account;
mod backup_codes;
mod disable;
mod enrol;
mod factor_errors;
mod sign_in;
mod sign_out;
mod statics;
mod verify;
