//! Randomness as an argument.

/// Source of unpredictable bytes. Production uses the operating system's; tests use a seeded one.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `buffer`. Infallible by contract: an implementation whose source fails must end the process, since
    /// predictable tokens must never be issued.
    fn fill(&self, buffer: &mut [u8]);
}

/// Draws `N` fresh bytes.
pub fn draw<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
