//! Ceremonies: the test vectors of the specification, and responses with one fault each.

#![expect(clippy::unwrap_used, reason = "tests")]

mod assertions;
mod authenticator;
mod registrations;
mod vectors;
