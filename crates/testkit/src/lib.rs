//! Fixtures that tests share: ephemeral PostgreSQL, clocks, entropy, sessions, an authenticator and a device key in software, the workspace's
//! source files.

pub mod authenticator;
pub mod clock;
pub mod device;
pub mod entropy;
pub mod postgres;
pub mod session;
pub mod sources;
