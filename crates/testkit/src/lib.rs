//! Fixtures that tests share: ephemeral PostgreSQL, clocks, entropy, sessions, the workspace's source files.

pub mod clock;
pub mod entropy;
pub mod postgres;
pub mod session;
pub mod sources;
