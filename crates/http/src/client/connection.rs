//! One HTTP/1.1 connection to an upstream, driven by whoever uses it.
//!
//! No task of its own: the connection is polled from the request that is under way on it, and then from the body of its
//! answer, in the task of the client's connection. That saves two wake-ups and a hop between threads per request. While
//! nobody uses it nothing is read; what happened meanwhile (the upstream closed it, or sent what nobody asked for) shows
//! when it is taken up again, before anything is sent.

use std::error::Error;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method, StatusCode};
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::io::poll_read_buf;

use super::request_head::Head;
use super::response_head::{Answer, Malformed};
use super::stream::Stream;
use crate::coarse_clock::{millis, ticks};
use crate::codec::{Framing, Outgoing, Receiving, Unsent, announced};

/// Bytes of room to read into: for the head of an answer, and most for its body. Small pieces make large bodies dear.
const ROOM: (usize, usize) = (8 * 1024, 256 * 1024);

/// A connection, and when it was last of use.
pub struct Link<B> {
    stream: Stream,
    /// What came and was not taken yet.
    buffer: BytesMut,
    room: usize,
    sending: Outgoing<B>,
    receiving: Receiving,
    /// Whether another request may follow the one under way.
    keeps: bool,
    /// Re-armed only when it fires: setting a timer for every request costs more than comparing two times.
    timer: Pin<Box<Sleep>>,
    /// In [`ticks`].
    pub(super) idle_since: u64,
}

/// Why an answer breaks off.
#[derive(Debug, thiserror::Error)]
pub enum Interrupted {
    /// The upstream closed the connection half way.
    #[error("the connection was closed before the end of a message")]
    Closed,
    /// The connection failed.
    #[error("the connection failed: {0}")]
    Connection(#[from] io::Error),
    /// The request did not come to its end, so the answer to it cannot either.
    #[error("{0}")]
    Request(String),
    /// The upstream sent what is no HTTP.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// A request that got no answer.
#[derive(Debug)]
pub struct Unanswered {
    /// Why.
    pub error: RequestError,
    /// Whether the connection ended before anything of an answer came: what a kept connection looks like that the
    /// upstream closed at the same moment.
    pub closed: bool,
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The connection failed, or was closed.
    #[error("{0}")]
    Connection(#[from] io::Error),
    /// The upstream sent what is no HTTP.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The body of the request broke off, or was not as long as it said.
    #[error("the request's body broke off: {0}")]
    Body(String),
    /// No answer came in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
}

impl<B> Link<B> {
    /// A new connection, over this stream.
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
            room: ROOM.0,
            sending: Outgoing::nothing(),
            receiving: Receiving::Done,
            keeps: true,
            timer: Box::pin(sleep_until(Instant::now())),
            idle_since: ticks(),
        }
    }

    /// Whether a request can be sent: another one is not under way, and the upstream said nothing meanwhile.
    pub fn is_usable(&mut self) -> bool {
        self.is_idle() && self.stream.is_silent()
    }

    /// Begins with the request of another connection, of which nothing was sent.
    pub fn resume(&mut self, other: &mut Self) {
        self.sending = std::mem::replace(&mut other.sending, Outgoing::nothing());
    }

    /// Whether nothing was sent of the request under way.
    pub fn is_untouched(&self) -> bool {
        self.sending.is_untouched()
    }

    /// Whether the body of the answer under way came as a whole.
    pub(super) fn is_received(&self) -> bool {
        self.receiving.is_done()
    }

    /// Bytes of that body that are still to come, where that is known.
    pub(super) fn left(&self) -> Option<u64> {
        self.receiving.left()
    }

    /// Whether another request may follow.
    pub(super) fn is_idle(&self) -> bool {
        self.keeps && self.sending.is_done() && self.receiving.is_done() && self.buffer.is_empty()
    }

    /// Lets go of the room that a large body took.
    pub(super) fn rest(&mut self) {
        self.idle_since = ticks();
        if self.room > ROOM.0 {
            self.buffer = BytesMut::new();
        }
    }

    /// Whether it has been idle for so long.
    pub(super) fn waited_for(&self, time: Duration) -> bool {
        ticks().saturating_sub(self.idle_since) >= millis(time)
    }
}

impl<B> Link<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Error,
{
    /// Begins with a request.
    pub fn begin(&mut self, head: &Head<'_>, body: Option<B>) {
        // The same memory again, where nobody reads in it any more.
        let _reclaimed = self.buffer.try_reclaim(ROOM.0);
        self.room = ROOM.0;
        let body = body.filter(|body| !body.is_end_stream());
        let length = body.as_ref().map_or(Some(0), |body| body.size_hint().exact());
        let (framing, announced) = match length {
            Some(length) => (Framing::Length(length), Vec::new()),
            None => (Framing::Chunked, announced(head.trailers.into_iter().map(HeaderValue::as_bytes))),
        };
        head.write(self.sending.begin(framing, announced), framing);
        if let Some(body) = body {
            self.sending.follow(body);
        }
    }

    /// Sends the request under way, which has this method; gives the head of its answer.
    pub async fn answer(&mut self, method: &Method, timeout: Duration) -> Result<Answer, Unanswered> {
        let (mut since, mut told) = (ticks(), false);
        poll_fn(|cx| {
            match self.poll_answer(method, &mut told, cx) {
                Poll::Ready(Ok(answer)) => return Poll::Ready(Ok(answer)),
                Poll::Ready(Err(error)) => {
                    let closed = !told && self.buffer.is_empty() && matches!(error, RequestError::Connection(_));
                    return Poll::Ready(Err(Unanswered { error, closed }));
                }
                Poll::Pending => {}
            }
            // A body that is on its way is not what the upstream is waited for.
            if self.sending.take_progress() {
                since = ticks();
            }
            ready!(self.has_waited(since, timeout, cx));
            Poll::Ready(Err(Unanswered { error: RequestError::Timeout(timeout), closed: false }))
        })
        .await
    }

    /// The next of the body of the answer under way.
    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Interrupted>>> {
        loop {
            if let Some(frame) = self.receiving.take(&mut self.buffer).map_err(Malformed::from)? {
                return Poll::Ready(Some(Ok(frame)));
            }
            if self.receiving.is_done() {
                return Poll::Ready(None);
            }
            // The answer may have come before all of the request went out.
            if let Err(failed) = self.poll_sending(cx) {
                return Poll::Ready(Some(Err(Interrupted::Request(failed.to_string()))));
            }
            if ready!(self.poll_fill(cx))? == 0 {
                return Poll::Ready(if self.receiving.close() { None } else { Some(Err(Interrupted::Closed)) });
            }
        }
    }

    fn poll_answer(
        &mut self,
        method: &Method,
        told: &mut bool,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Answer, RequestError>> {
        self.poll_sending(cx)?;
        loop {
            match ready!(self.poll_fill(cx)) {
                Ok(0) => return Poll::Ready(Err(RequestError::Connection(io::ErrorKind::UnexpectedEof.into()))),
                Ok(_) => {}
                Err(error) => return Poll::Ready(Err(RequestError::Connection(error))),
            }
            while let Some(mut answer) = Answer::take(&mut self.buffer, method).map_err(RequestError::Malformed)? {
                // The client's own server tells it to go on; nothing else of that kind is for it (RFC 9110 §15.2).
                if answer.status.is_informational() && answer.status != StatusCode::SWITCHING_PROTOCOLS {
                    *told = true;
                    continue;
                }
                self.keeps &= answer.keeps && answer.status != StatusCode::SWITCHING_PROTOCOLS;
                self.receiving = answer.take_body();
                let left = self.left().and_then(|left| usize::try_from(left).ok()).unwrap_or(ROOM.0);
                self.room = left.clamp(ROOM.0, ROOM.1);
                return Poll::Ready(Ok(answer));
            }
        }
    }

    /// Sends what can be sent of the request. That the connection takes no more is no error yet: an upstream may answer
    /// without having read all of it.
    fn poll_sending(&mut self, cx: &mut Context<'_>) -> Result<(), RequestError> {
        if self.sending.is_done() {
            return Ok(());
        }
        match self.sending.poll(&mut self.stream, cx) {
            Poll::Ready(Err(Unsent::Connection(error))) if self.sending.is_untouched() => {
                Err(RequestError::Connection(error))
            }
            Poll::Ready(Err(Unsent::Connection(error))) => {
                tracing::debug!(%error, "an upstream did not take all of a request");
                self.sending.abandon();
                self.keeps = false;
                Ok(())
            }
            Poll::Ready(Err(Unsent::Body(error))) => Err(RequestError::Body(with_sources(&error))),
            Poll::Ready(Err(Unsent::Length)) => {
                Err(RequestError::Body("it is not as long as it was said to be".to_owned()))
            }
            Poll::Ready(Ok(())) | Poll::Pending => Ok(()),
        }
    }

    /// Reads. Zero bytes are the end.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.buffer.capacity() - self.buffer.len() < self.room / 4 {
            self.buffer.reserve(self.room);
        }
        let room = self.buffer.capacity() - self.buffer.len();
        let read = ready!(poll_read_buf(Pin::new(&mut self.stream), cx, &mut self.buffer))?;
        if read == room {
            self.room = (self.room * 2).min(ROOM.1);
        }
        Poll::Ready(Ok(read))
    }

    /// Ready once `timeout` has gone by since then.
    fn has_waited(&mut self, since: u64, timeout: Duration, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if self.timer.as_mut().poll(cx).is_pending() {
                // Armed for an earlier request it may fire early, and never late: the timeout is always the same.
                return Poll::Pending;
            }
            let waited = Duration::from_millis(ticks().saturating_sub(since));
            if waited >= timeout {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(Instant::now() + (timeout - waited));
        }
    }
}

/// An error and what caused it, in one line.
fn with_sources(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        told = format!("{told}: {cause}");
        source = cause.source();
    }
    told
}

#[cfg(test)]
pub(super) mod tests;
