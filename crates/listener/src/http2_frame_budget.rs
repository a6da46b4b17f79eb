//! The budget of HTTP/2 frames without payload that one connection may send.
//!
//! PING, SETTINGS, WINDOW_UPDATE, RST_STREAM and empty DATA or CONTINUATION frames cost the sender almost nothing and the
//! receiver a wake-up each (RFC 9113 §10.5; CVE-2019-9511 to 9518, CVE-2023-44487). Legitimate clients send few of them, or
//! WINDOW_UPDATE frames in proportion to the bytes they receive.

use postern_http::coarse_clock::now_millis;
use tokio::time::Instant;

use crate::client_frame_budget::ClientFrameBudget;

/// Frames in one burst; browsers send about a dozen.
const BURST: u32 = 2_000;
/// Frames per second that are regained.
const RATE: u32 = 200;
/// Bytes sent to the client that earn one more frame. Clients send one or two WINDOW_UPDATE frames per 16 KiB.
const BYTES: u64 = 2_048;
/// Frames that a connection may send before they also count against its client; a healthy one needs no more.
const OWN: u32 = 50;

/// The remaining budget of a connection.
#[derive(Debug)]
pub(crate) struct FrameBudget {
    left: u32,
    filled: Instant,
    sent: u64,
    share: Option<ClientFrameBudget>,
    /// Frames received, and bytes sent, since the client's budget was last charged.
    owed: u32,
    paid: u64,
}

/// A budget is exhausted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameFlood {
    /// The budget of the connection.
    #[error("HTTP/2 frame flood: too many frames without payload on the connection")]
    Connection,
    /// The budget of the client.
    #[error("HTTP/2 frame flood: too many frames without payload on the connections of the client")]
    Client,
}

impl FrameBudget {
    /// Makes a full budget. `share` is the client's.
    pub(crate) fn new(share: Option<ClientFrameBudget>) -> Self {
        Self { left: BURST, filled: Instant::now(), sent: 0, share, owed: 0, paid: 0 }
    }

    /// Records bytes that were sent to the client.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.sent = self.sent.saturating_add(bytes as u64);
        self.paid = self.paid.saturating_add(bytes as u64);
    }

    /// Takes frames that carry nothing out of the budget.
    ///
    /// # Errors
    /// The budget that is exhausted.
    pub(crate) fn spend(&mut self, frames: u32) -> Result<(), FrameFlood> {
        if frames > self.left {
            self.refill();
        }
        self.left = self.left.checked_sub(frames).ok_or(FrameFlood::Connection)?;
        self.owed = self.owed.saturating_add(frames);
        if self.owed > OWN { self.settle() } else { Ok(()) }
    }

    /// Charges the client's budget with the frames that bytes did not earn. Called only after many frames.
    fn settle(&mut self) -> Result<(), FrameFlood> {
        self.owed = self.owed.saturating_sub(u32::try_from(self.paid / BYTES).unwrap_or(u32::MAX));
        self.paid %= BYTES;
        if self.owed <= OWN {
            return Ok(());
        }
        let owed = std::mem::take(&mut self.owed);
        let paid = self.share.as_ref().is_none_or(|share| share.spend(owed, now_millis()));
        if paid { Ok(()) } else { Err(FrameFlood::Client) }
    }

    /// Adds what time and bytes have earned since the last call. Called only when the budget runs short.
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
        let mut budget = FrameBudget::new(None);
        assert_eq!(budget.spend(BURST), Ok(()));
        assert_eq!(budget.spend(1), Err(FrameFlood::Connection));
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(budget.spend(RATE / 2), Ok(()));
        assert_eq!(budget.spend(1), Err(FrameFlood::Connection));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(budget.spend(2 * RATE), Ok(()));
        assert_eq!(budget.spend(1), Err(FrameFlood::Connection));
        tokio::time::advance(Duration::from_secs(3_600)).await;
        assert_eq!(budget.spend(BURST + 1), Err(FrameFlood::Connection));
        assert_eq!(budget.spend(BURST), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_that_go_out_earn_window_updates_and_answers_to_pings_earn_nothing() {
        let mut budget = FrameBudget::new(None);
        // A download of a gigabyte: two window updates for every frame.
        for _ in 0..65_536 {
            budget.sent(16 * 1024 + 9);
            assert_eq!(budget.spend(2), Ok(()));
        }
        let mut budget = FrameBudget::new(None);
        let spent = (0..).find(|_| {
            budget.sent(17);
            budget.spend(1).is_err()
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
        let all = std::sync::Arc::new(crate::client_frame_budget::ClientFrameBudgets::new(Default::default(), &Zeros));
        let budget = |client: &str| FrameBudget::new(all.of(Some(client.parse().unwrap())));
        let mut good = budget("192.0.2.1");
        // The time of the allowance is the real one, which earns a little meanwhile.
        let flooded = (0..100).find(|_| {
            let mut budget = budget("192.0.2.1");
            (0..BURST).any(|_| budget.spend(1) == Err(FrameFlood::Client))
        });
        assert!(flooded.is_some_and(|connections| (5..10).contains(&connections)), "{flooded:?}");
        assert_eq!(good.spend(OWN), Ok(()));
        for _ in 0..10_000 {
            good.sent(16 * 1024);
            assert_eq!(good.spend(2), Ok(()), "what bytes earn is nobody else's");
        }
        assert_eq!(budget("192.0.2.2").spend(BURST), Ok(()));
    }
}
