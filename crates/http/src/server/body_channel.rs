//! How the body of a request gets from its connection to whoever reads it: one piece at a time, and only when it is asked
//! for, so that a client is read no faster than what it sends is used. Whoever reads may be another task.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::Frame;

use super::request_body::BodyError;

type Piece = Result<Frame<Bytes>, BodyError>;

/// The connection's end.
#[derive(Debug)]
pub(super) struct Feed(Arc<Shared>);

/// The reader's end.
#[derive(Debug)]
pub(super) struct Fed {
    shared: Arc<Shared>,
    /// Bytes that are still to come, where that is known.
    left: Option<u64>,
    over: bool,
}

/// What the reader is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Appetite {
    /// Waits for a piece.
    Hungry,
    /// Does not want more at the moment; the connection is woken when that changes.
    Full,
    /// Is gone.
    Gone,
}

#[derive(Debug, Default)]
struct Shared(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    piece: Option<Piece>,
    over: bool,
    hungry: bool,
    gone: bool,
    reader: Option<Waker>,
    connection: Option<Waker>,
}

/// A body of so many bytes, where that is known.
pub(super) fn feed(left: Option<u64>) -> (Feed, Fed) {
    let shared = Arc::<Shared>::default();
    (Feed(Arc::clone(&shared)), Fed { shared, left, over: false })
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feed {
    /// What the reader is about.
    pub(super) fn appetite(&self, cx: &Context<'_>) -> Appetite {
        let mut state = self.0.state();
        if state.gone {
            return Appetite::Gone;
        }
        if state.hungry && state.piece.is_none() {
            return Appetite::Hungry;
        }
        // One in the same task asks while it is polled by the connection, which looks here afterwards.
        if !state.reader.as_ref().is_some_and(|reader| reader.will_wake(cx.waker())) {
            state.connection = Some(cx.waker().clone());
        }
        Appetite::Full
    }

    /// Gives the next piece, and whether it is the last.
    pub(super) fn give(&self, piece: Option<Piece>, last: bool, cx: &Context<'_>) {
        let mut state = self.0.state();
        state.over = last;
        state.hungry = false;
        state.piece = piece;
        let reader = state.reader.take_if(|reader| !reader.will_wake(cx.waker()));
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if !state.over {
            state.over = true;
            state.piece.get_or_insert(Err(BodyError::Closed));
        }
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

impl Fed {
    pub(super) fn is_over(&self) -> bool {
        self.over || self.left == Some(0)
    }

    pub(super) fn left(&self) -> Option<u64> {
        if self.over { Some(0) } else { self.left }
    }

    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Piece>> {
        if self.over {
            return Poll::Ready(None);
        }
        let mut state = self.shared.state();
        if let Some(piece) = state.piece.take() {
            drop(state);
            match &piece {
                Ok(frame) => {
                    let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                    self.left = self.left.map(|left| left.saturating_sub(length));
                    self.over = frame.is_trailers();
                }
                Err(_) => self.over = true,
            }
            return Poll::Ready(Some(piece));
        }
        if state.over {
            self.over = true;
            return Poll::Ready(None);
        }
        state.hungry = true;
        if !state.reader.as_ref().is_some_and(|reader| reader.will_wake(cx.waker())) {
            state.reader = Some(cx.waker().clone());
        }
        let connection = state.connection.take();
        drop(state);
        if let Some(connection) = connection {
            connection.wake();
        }
        Poll::Pending
    }
}

impl Drop for Fed {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.gone = true;
        state.piece = None;
        let connection = state.connection.take();
        drop(state);
        if let Some(connection) = connection {
            connection.wake();
        }
    }
}
