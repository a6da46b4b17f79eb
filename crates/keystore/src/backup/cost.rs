//! The cost of backup-code digests.

/// The Argon2id cost of a digest (RFC 9106 §3.1), in KiB of memory and passes over it; one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
}

impl Cost {
    /// The least that Argon2 accepts, for tests.
    pub const CHEAP: Self = Self { memory_kib: 8, passes: 1 };
}

impl Default for Cost {
    /// 19 MiB, two passes: the OWASP password storage minimum.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}
