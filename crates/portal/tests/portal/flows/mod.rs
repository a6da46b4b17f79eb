//! The walks of a person through the pages.

mod factors;
mod sessions;
mod sign_in;
