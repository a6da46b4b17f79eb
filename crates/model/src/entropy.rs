//! Randomness as an argument.

/// A source of unpredictable bytes. The system's comes from the operating system; tests seed theirs.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `buffer`. Infallible by contract: an implementation whose source fails must end the process, since
    /// nothing may go on with predictable tokens.
    fn fill(&self, buffer: &mut [u8]);
}

/// Draws `N` fresh bytes.
pub fn draw<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
