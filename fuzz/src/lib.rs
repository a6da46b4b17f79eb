//! Properties that hold for any input.
//!
//! Each module has one function, `hold`, which takes bytes, gives them to a part of the gateway, and asserts what the
//! gateway promises of that part. The reference is another implementation: `httparse`, `url`, `cookie`, or a few lines
//! that read as leniently as the most lenient server. `fuzz_targets/` hands the functions to libFuzzer;
//! `tests/corpus.rs` replays the corpus, which has a readable seed for every kind of input, and every finding.

pub mod answer;
pub mod check;
pub mod client;
pub mod config;
pub mod cookies;
pub mod envoy;
pub mod forms;
pub mod gate;
pub mod http2;
pub mod id_token;
pub mod path;
pub mod proxy_protocol;
pub mod return_url;
pub mod rules;
pub mod server;
pub mod tokens;
pub mod wire;

mod parts;
mod plane;
mod readings;
mod reference;
mod script;
mod world;

/// A property: panics if it does not hold.
pub type Property = fn(&[u8]);

/// Every target by name.
pub const TARGETS: [(&str, Property); 17] = [
    ("answer", answer::hold),
    ("check", check::hold),
    ("client", client::hold),
    ("config", config::hold),
    ("cookies", cookies::hold),
    ("envoy", envoy::hold),
    ("forms", forms::hold),
    ("gate", gate::hold),
    ("http2", http2::hold),
    ("id_token", id_token::hold),
    ("path", path::hold),
    ("proxy_protocol", proxy_protocol::hold),
    ("return_url", return_url::hold),
    ("rules", rules::hold),
    ("server", server::hold),
    ("tokens", tokens::hold),
    ("wire", wire::hold),
];
