//! Inputs of the stateful targets: a line of letters, one for each request; a line of piece sizes; and bytes.

use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};

pub(crate) struct Script<'d> {
    /// One letter for each request, repeated.
    pub(crate) letters: &'d [u8],
    sizes: &'d [u8],
    pub(crate) bytes: &'d [u8],
}

impl<'d> Script<'d> {
    /// `None` if the input has no two lines, or no letters.
    pub(crate) fn of(data: &'d [u8]) -> Option<Self> {
        let mut parts = data.splitn(3, |byte| *byte == b'\n');
        let (letters, sizes, bytes) = (parts.next()?, parts.next()?, parts.next()?);
        (!letters.is_empty()).then_some(Self { letters, sizes, bytes })
    }

    /// The letter of a request.
    pub(crate) fn letter(&self, number: usize) -> u8 {
        self.letters[number % self.letters.len()]
    }

    /// Sends bytes in pieces of these sizes, each once the one before could be read.
    pub(crate) async fn send(&self, bytes: &[u8], io: &mut (impl AsyncWrite + Unpin)) {
        let mut sizes =
            self.sizes.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| usize::from(byte - b'0')).cycle();
        let mut rest = bytes;
        while !rest.is_empty() {
            let size = sizes.next().unwrap_or(0);
            // Zero stands for the whole rest.
            let (piece, after) = rest.split_at(if size == 0 { rest.len() } else { size.min(rest.len()) });
            // The recipient may have closed the connection.
            if io.write_all(piece).await.is_err() {
                return;
            }
            settle(4).await;
            rest = after;
        }
    }
}

/// Yields to the other tasks this many times.
pub(crate) async fn settle(turns: usize) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

/// Runs an exchange on a clock that moves only when nothing else does: waiting without end shows at once.
pub(crate) fn run<T>(exchange: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME
        .get_or_init(|| Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime"));
    runtime
        .block_on(async { tokio::time::timeout(Duration::from_secs(60), exchange).await })
        .expect("the exchange ends")
}
