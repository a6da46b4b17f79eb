//! The pages and the JSON API.

pub mod assets;
pub mod pages;
