//! Fixtures that tests share: ephemeral PostgreSQL, clocks, entropy, sessions, an authenticator in software, the workspace's
//! source files.

pub mod authenticator;
pub mod clock;
pub mod entropy;
pub mod postgres;
pub mod session;
pub mod sources;
