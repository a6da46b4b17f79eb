//! How many frames that carry nothing a connection of HTTP/2 may send.
//!
//! Pings, settings, window updates, resets and empty pieces of bodies or heads cost the sender next to nothing, and keep a
//! thread from everybody else for as long as they come (RFC 9113 §10.5; CVE-2019-9511 to 9518, CVE-2023-44487). Whoever has
//! a use for them needs few, or as many as there are bytes to make room for.

use tokio::time::Instant;

/// Frames at once; browsers send a dozen.
const BURST: u32 = 2_000;
/// Frames in a second, in the long run.
const RATE: u32 = 200;
/// Bytes that are sent for each further one: window updates come once or twice for a frame of 16 KiB at most.
const BYTES: u64 = 2_048;

/// What is left of a connection's allowance.
#[derive(Debug)]
pub(super) struct Calm {
    left: u32,
    filled: Instant,
    sent: u64,
}

/// A connection has used its allowance up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client floods the connection with frames that carry nothing")]
pub(super) struct Flooded;

impl Calm {
    pub(super) fn new() -> Self {
        Self { left: BURST, filled: Instant::now(), sent: 0 }
    }

    /// Bytes went to the client.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.sent = self.sent.saturating_add(bytes as u64);
    }

    /// So many frames that carry nothing came.
    pub(super) fn spend(&mut self, frames: u32) -> Result<(), Flooded> {
        if frames > self.left {
            self.refill();
        }
        self.left = self.left.checked_sub(frames).ok_or(Flooded)?;
        Ok(())
    }

    /// Adds what time and bytes have earned since the last time: only asked where it matters.
    fn refill(&mut self) {
        let passed = self.filled.elapsed();
        let by_time = passed.saturating_mul(RATE).as_secs();
        if by_time > 0 {
            self.filled += passed;
        }
        let earned = by_time.saturating_add(self.sent / BYTES);
        self.sent %= BYTES;
        self.left = u32::try_from(earned).unwrap_or(BURST).saturating_add(self.left).min(BURST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn an_allowance_wears_out_and_comes_back_with_time() {
        let mut calm = Calm::new();
        assert_eq!(calm.spend(BURST), Ok(()));
        assert_eq!(calm.spend(1), Err(Flooded));
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(calm.spend(RATE / 2), Ok(()));
        assert_eq!(calm.spend(1), Err(Flooded));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(calm.spend(2 * RATE), Ok(()));
        assert_eq!(calm.spend(1), Err(Flooded));
        tokio::time::advance(Duration::from_secs(3_600)).await;
        assert_eq!(calm.spend(BURST + 1), Err(Flooded));
        assert_eq!(calm.spend(BURST), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_that_go_out_earn_window_updates_and_answers_to_pings_earn_nothing() {
        let mut calm = Calm::new();
        // A download of a gigabyte: two window updates for every frame.
        for _ in 0..65_536 {
            calm.sent(16 * 1024 + 9);
            assert_eq!(calm.spend(2), Ok(()));
        }
        let mut calm = Calm::new();
        let spent = (0..).find(|_| {
            calm.sent(17);
            calm.spend(1).is_err()
        });
        assert!(spent.is_some_and(|pings| pings < 2 * BURST), "{spent:?}");
    }
}
