//! What the tests share: ephemeral PostgreSQL, clocks, entropy, a recording upstream.

pub mod clock;
pub mod entropy;
pub mod postgres;
pub mod sources;
