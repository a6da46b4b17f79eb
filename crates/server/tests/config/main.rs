//! Configuration as an operator meets it.

mod common;
mod errors;
mod files;
mod layers;
