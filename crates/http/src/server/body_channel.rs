//! The channel between a connection and the reader of a request body. It holds one frame at most and passes one only on demand,
//! so that the client is read no faster than its body is. The reader may be polled in another task.

use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::Frame;

use super::error::BodyError;
use crate::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Item = Result<Frame<Bytes>, BodyError>;

/// The connection's end. Dropped before the last frame, it makes the body fail.
#[derive(Debug)]
pub(super) struct BodySender(Arc<Shared>);

/// The reader's end.
#[derive(Debug)]
pub(super) struct BodyReceiver {
    shared: Arc<Shared>,
    /// Bytes still to come, if the length is known.
    remaining: Option<u64>,
    finished: bool,
}

/// Whether the reader wants a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// The reader waits for a frame.
    Wanted,
    /// Not at present. The connection is woken when that changes.
    Paused,
    /// The reader was dropped.
    Dropped,
}

#[derive(Debug, Default)]
struct Shared(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    item: Option<Item>,
    /// No item follows the one above.
    finished: bool,
    /// The connection ended before the last item: an error follows the one above.
    aborted: bool,
    wanted: bool,
    dropped: bool,
    reader: Option<Waker>,
    /// Kept even if the reader is in the same task, which needs no wake-up: it may move to another.
    connection: Option<Waker>,
}

/// Opens a channel for a body of this length, if it is known.
pub(super) fn body_channel(length: Option<u64>) -> (BodySender, BodyReceiver) {
    let shared = Arc::<Shared>::default();
    (BodySender(Arc::clone(&shared)), BodyReceiver { shared, remaining: length, finished: false })
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BodySender {
    /// Whether the reader wants a frame.
    pub(super) fn demand(&self, cx: &Context<'_>) -> Demand {
        let mut state = self.0.state();
        if state.dropped {
            return Demand::Dropped;
        }
        if state.wanted && state.item.is_none() {
            return Demand::Wanted;
        }
        if !state.connection.as_ref().is_some_and(|connection| connection.will_wake(cx.waker())) {
            state.connection = Some(cx.waker().clone());
        }
        Demand::Paused
    }

    /// Whether the reader was dropped.
    pub(super) fn is_dropped(&self) -> bool {
        self.0.state().dropped
    }

    /// Passes the next item. `last`: none follows.
    pub(super) fn send(&self, item: Option<Item>, last: bool, cx: &Context<'_>) {
        let mut state = self.0.state();
        state.finished = last;
        state.wanted = false;
        state.item = item;
        let reader = state.reader.take_if(|reader| !reader.will_wake(cx.waker()));
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

impl Drop for BodySender {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if !state.finished {
            state.finished = true;
            state.aborted = true;
        }
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

impl BodyReceiver {
    pub(super) fn is_finished(&self) -> bool {
        self.finished || self.remaining == Some(0)
    }

    pub(super) fn remaining(&self) -> Option<u64> {
        if self.finished { Some(0) } else { self.remaining }
    }

    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        if self.finished {
            return Poll::Ready(None);
        }
        let mut state = self.shared.state();
        if let Some(item) = state.item.take() {
            drop(state);
            match &item {
                Ok(frame) => {
                    let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                    self.remaining = self.remaining.map(|remaining| remaining.saturating_sub(length));
                    self.finished = frame.is_trailers();
                }
                Err(_) => self.finished = true,
            }
            return Poll::Ready(Some(item));
        }
        if state.finished {
            self.finished = true;
            return Poll::Ready(state.aborted.then_some(Err(BodyError::Closed)));
        }
        state.wanted = true;
        if !state.reader.as_ref().is_some_and(|reader| reader.will_wake(cx.waker())) {
            state.reader = Some(cx.waker().clone());
        }
        // A reader in the same task gets here while the connection polls it; the connection looks for demand afterwards.
        let connection = state.connection.take_if(|connection| !connection.will_wake(cx.waker()));
        drop(state);
        if let Some(connection) = connection {
            connection.wake();
        }
        Poll::Pending
    }
}

impl Drop for BodyReceiver {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.dropped = true;
        state.item = None;
        let State { reader, connection, .. } = &mut *state;
        let connection = connection.take_if(|c| !reader.as_ref().is_some_and(|reader| reader.will_wake(c)));
        drop(state);
        if let Some(connection) = connection {
            connection.wake();
        }
    }
}
