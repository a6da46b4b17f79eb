//! How many frames that carry nothing a connection of HTTP/2 may send, by itself and as one of its client's.
//!
//! Pings, settings, window updates, resets and empty pieces of bodies or heads cost the sender next to nothing, and keep a
//! thread from everybody else for as long as they come (RFC 9113 §10.5; CVE-2019-9511 to 9518, CVE-2023-44487). Whoever has
//! a use for them needs few, or as many as there are bytes to make room for.

use postern_http::coarse_clock::now_millis;
use tokio::time::Instant;

use super::client_frame_budget::Share;

/// Frames at once; browsers send a dozen.
const BURST: u32 = 2_000;
/// Frames in a second, in the long run.
const RATE: u32 = 200;
/// Bytes that are sent for each further one: window updates come once or twice for a frame of 16 KiB at most.
const BYTES: u64 = 2_048;
/// Frames that a connection may send before they count for its client: a healthy one gets by with that.
const OWN: u32 = 50;

/// What is left of a connection's allowance.
#[derive(Debug)]
pub(super) struct Calm {
    left: u32,
    filled: Instant,
    sent: u64,
    share: Option<Share>,
    /// Frames, and bytes sent, since the client's allowance was last asked.
    owed: u32,
    paid: u64,
}

/// An allowance is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flooded {
    /// The connection's.
    #[error("the client floods the connection with frames that carry nothing")]
    Connection,
    /// The client's.
    #[error("the client floods its connections with frames that carry nothing")]
    Client,
}

impl Calm {
    /// Takes what the client's connections may send together.
    pub(super) fn new(share: Option<Share>) -> Self {
        Self { left: BURST, filled: Instant::now(), sent: 0, share, owed: 0, paid: 0 }
    }

    /// Bytes went to the client.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.sent = self.sent.saturating_add(bytes as u64);
        self.paid = self.paid.saturating_add(bytes as u64);
    }

    /// So many frames that carry nothing came.
    pub(super) fn spend(&mut self, frames: u32) -> Result<(), Flooded> {
        if frames > self.left {
            self.refill();
        }
        self.left = self.left.checked_sub(frames).ok_or(Flooded::Connection)?;
        self.owed = self.owed.saturating_add(frames);
        if self.owed > OWN { self.settle() } else { Ok(()) }
    }

    /// Has the client pay what bytes did not earn: only asked where many frames came.
    fn settle(&mut self) -> Result<(), Flooded> {
        self.owed = self.owed.saturating_sub(u32::try_from(self.paid / BYTES).unwrap_or(u32::MAX));
        self.paid %= BYTES;
        if self.owed <= OWN {
            return Ok(());
        }
        let owed = std::mem::take(&mut self.owed);
        let paid = self.share.as_ref().is_none_or(|share| share.spend(owed, now_millis()));
        if paid { Ok(()) } else { Err(Flooded::Client) }
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
        let mut calm = Calm::new(None);
        assert_eq!(calm.spend(BURST), Ok(()));
        assert_eq!(calm.spend(1), Err(Flooded::Connection));
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(calm.spend(RATE / 2), Ok(()));
        assert_eq!(calm.spend(1), Err(Flooded::Connection));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(calm.spend(2 * RATE), Ok(()));
        assert_eq!(calm.spend(1), Err(Flooded::Connection));
        tokio::time::advance(Duration::from_secs(3_600)).await;
        assert_eq!(calm.spend(BURST + 1), Err(Flooded::Connection));
        assert_eq!(calm.spend(BURST), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_that_go_out_earn_window_updates_and_answers_to_pings_earn_nothing() {
        let mut calm = Calm::new(None);
        // A download of a gigabyte: two window updates for every frame.
        for _ in 0..65_536 {
            calm.sent(16 * 1024 + 9);
            assert_eq!(calm.spend(2), Ok(()));
        }
        let mut calm = Calm::new(None);
        let spent = (0..).find(|_| {
            calm.sent(17);
            calm.spend(1).is_err()
        });
        assert!(spent.is_some_and(|pings| pings < 2 * BURST), "{spent:?}");
    }

    struct Zeros;

    impl postern_model::entropy::Entropy for Zeros {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_connections_of_a_client_have_no_more_than_a_few_and_one_in_good_order_is_not_counted() {
        let all = std::sync::Arc::new(super::super::client_frame_budget::Together::new(Default::default(), &Zeros));
        let calm = |client: &str| Calm::new(all.share(Some(client.parse().unwrap())));
        let mut good = calm("192.0.2.1");
        // The time of the allowance is the real one, which earns a little meanwhile.
        let flooded = (0..100).find(|_| {
            let mut calm = calm("192.0.2.1");
            (0..BURST).any(|_| calm.spend(1) == Err(Flooded::Client))
        });
        assert!(flooded.is_some_and(|connections| (5..10).contains(&connections)), "{flooded:?}");
        assert_eq!(good.spend(OWN), Ok(()));
        for _ in 0..10_000 {
            good.sent(16 * 1024);
            assert_eq!(good.spend(2), Ok(()), "what bytes earn is nobody else's");
        }
        assert_eq!(calm("192.0.2.2").spend(BURST), Ok(()));
    }
}
