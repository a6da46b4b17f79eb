//! A body in parts, each of which is not there at first.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};

/// A body of unknown length.
#[derive(Debug)]
pub(crate) struct Parts {
    parts: VecDeque<&'static str>,
    end: End,
    /// Whether the next part is there.
    there: bool,
    length: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Complete,
    Fails,
    Never,
}

impl Parts {
    pub(crate) fn new(parts: &[&'static str]) -> Self {
        Self { parts: parts.iter().copied().collect(), end: End::Complete, there: false, length: None }
    }

    /// Fails after its parts.
    pub(crate) fn failing(self) -> Self {
        Self { end: End::Fails, ..self }
    }

    /// Does not end after its parts.
    pub(crate) fn endless(self) -> Self {
        Self { end: End::Never, ..self }
    }

    /// Declares this length.
    pub(crate) fn declaring(self, length: u64) -> Self {
        Self { length: Some(length), ..self }
    }
}

impl Body for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.there = !self.there;
        if self.there {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(part) = self.parts.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(part.as_bytes())))));
        }
        match self.end {
            End::Complete => Poll::Ready(None),
            End::Fails => Poll::Ready(Some(Err(io::Error::other("it breaks")))),
            End::Never => Poll::Pending,
        }
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.length.map_or_else(Default::default, hyper::body::SizeHint::with_exact)
    }
}
