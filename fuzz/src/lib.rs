//! Properties that hold for any input.
//!
//! Each module has one function, `verify`, which takes bytes, gives them to a part of the gateway, and asserts what the
//! gateway promises of that part. The reference is another implementation: `httparse`, `url`, `cookie`, or a few lines
//! that read as leniently as the most lenient server. `fuzz_targets/` hands the functions to libFuzzer;
//! `tests/corpus.rs` replays the corpus, which has a readable seed for every kind of input, and every finding.

pub mod answer;
pub mod check;
pub mod client;
pub mod config;
pub mod cookies;
pub mod device_proofs;
pub mod envoy;
pub mod forms;
pub mod gate;
pub mod http2;
pub mod id_token;
pub mod passkeys;
pub mod path;
pub mod proxy_protocol;
pub mod return_url;
pub mod rules;
pub mod server;
pub mod tokens;
pub mod wire;

mod faces;
mod fixture;
mod parts;
mod readings;
mod reference;
mod script;

/// A property: panics if it does not hold.
pub type Property = fn(&[u8]);

/// Every target by name.
pub const TARGETS: [(&str, Property); 19] = [
    ("answer", answer::verify),
    ("check", check::verify),
    ("client", client::verify),
    ("config", config::verify),
    ("cookies", cookies::verify),
    ("device_proofs", device_proofs::verify),
    ("envoy", envoy::verify),
    ("forms", forms::verify),
    ("gate", gate::verify),
    ("http2", http2::verify),
    ("id_token", id_token::verify),
    ("passkeys", passkeys::verify),
    ("path", path::verify),
    ("proxy_protocol", proxy_protocol::verify),
    ("return_url", return_url::verify),
    ("rules", rules::verify),
    ("server", server::verify),
    ("tokens", tokens::verify),
    ("wire", wire::verify),
];
