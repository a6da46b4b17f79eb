//! The cost of backup-code digests.

/// Argon2id cost of a digest (RFC 9106 §3.1): memory in KiB and number of passes; one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
}

impl Cost {
    /// The minimum that Argon2 accepts, for tests.
    pub const CHEAP: Self = Self { memory_kib: 8, passes: 1 };
}

impl Default for Cost {
    /// The OWASP password storage minimum: 19 MiB, two passes.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}
