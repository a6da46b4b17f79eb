//! The data plane as a whole, in memory: raw bytes in, raw bytes out, a recording upstream on loopback behind it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests stop the test"
)]

mod bridges;
mod checks;
mod compat;
mod cross_site_cookie;
mod device_binding;
mod encoded;
mod kept_posts;
mod lease;
mod netpilot;
mod proxied;
mod reloads;
mod rules;
mod services;
mod sessions;
mod set_up;
mod signatures;
mod support;
mod upstreams;
mod websockets;
