//! One connection to an upstream. It is polled by the request under way, and then by the body of its response.
//!
//! An idle connection is not read. That the upstream closed it, or sent something unasked, is found out before the next request
//! is sent on it.

use std::error::Error;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method, StatusCode};
use http_body::{Body, Frame};
use postern_model::error_chain::with_sources;
use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::io::poll_read_buf;

use super::INFORMATIONAL_MAX;
use super::error::{BodyError, InvalidResponse, RequestError};
use super::request_head::RequestHead;
use super::response_head::ResponseHead;
use super::stream::Stream;
use crate::coarse_clock::{as_millis, now_millis};
use crate::codec::{BodyFraming, Decoder, EncodeError, Encoder, announced_trailers};

/// Bytes of free space to read into, for the head of a response.
const CAPACITY_MIN: usize = 8 * 1024;
/// Bytes of a part of a body that is joined with others.
const JOINED_MAX: usize = 4 * 1024;
/// Bytes of free space to read into, for its body. Small reads make large bodies expensive.
const CAPACITY_MAX: usize = 256 * 1024;

/// A connection to an upstream. `B` is the body of the requests that are sent.
pub struct Connection<B> {
    stream: Stream,
    /// Received bytes that were not taken yet.
    buffer: BytesMut,
    capacity: usize,
    encoder: Encoder<B>,
    decoder: Decoder,
    /// What follows the last frame that was taken, if taking that went further.
    next: Option<Frame<Bytes>>,
    /// Whether another request may follow the one under way.
    keep_alive: bool,
    /// Reset only when it fires: setting a timer for each request costs more than comparing two times.
    timer: Pin<Box<Sleep>>,
    /// When the last request ended, in [`now_millis`].
    pub(super) idle_since: u64,
}

impl<B> Connection<B> {
    /// Takes a new connection.
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
            capacity: CAPACITY_MIN,
            encoder: Encoder::idle(),
            decoder: Decoder::Done,
            next: None,
            keep_alive: true,
            timer: Box::pin(sleep_until(Instant::now())),
            idle_since: now_millis(),
        }
    }

    /// Whether a request can be sent: none is under way, and the upstream neither closed the connection nor sent anything.
    pub fn is_usable(&mut self) -> bool {
        self.is_idle() && self.stream.is_silent()
    }

    /// Takes over the request of another connection, of which no byte was sent.
    pub fn take_unsent(&mut self, other: &mut Self) {
        self.encoder = std::mem::replace(&mut other.encoder, Encoder::idle());
    }

    /// Whether no byte was sent of the request under way.
    pub fn is_unsent(&self) -> bool {
        self.encoder.is_unsent()
    }

    /// Whether the response under way was received completely.
    pub(super) fn is_received(&self) -> bool {
        self.decoder.is_done() && self.next.is_none()
    }

    /// Bytes of the response body still to come, if the length is known.
    pub(super) fn remaining(&self) -> Option<u64> {
        self.decoder.remaining().filter(|_| self.next.is_none())
    }

    /// Whether all of a body of known length is in the buffer.
    pub(super) fn is_body_buffered(&self) -> bool {
        self.remaining().is_some_and(|remaining| remaining <= self.buffer.len() as u64)
    }

    /// Whether the response was received completely, if not yet taken, while the request is not sent completely: the response does
    /// not depend on the rest of it.
    pub fn answered_early(&self) -> bool {
        !self.encoder.is_done() && (self.is_received() || self.is_body_buffered())
    }

    /// Whether another request may follow.
    pub(super) fn is_idle(&self) -> bool {
        self.keep_alive && self.encoder.is_done() && self.decoder.is_done() && self.buffer.is_empty()
    }

    /// Notes that the connection is idle, and frees the memory of a large body.
    pub(super) fn rest(&mut self) {
        self.idle_since = now_millis();
        if self.capacity > CAPACITY_MIN {
            self.buffer = BytesMut::new();
        }
    }

    /// Whether it has been idle for this time.
    pub(super) fn is_idle_for(&self, time: Duration) -> bool {
        now_millis().saturating_sub(self.idle_since) >= as_millis(time)
    }
}

impl<B> Connection<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Error,
{
    /// Begins a request. It is sent by [`Connection::response`].
    pub fn begin(&mut self, head: &RequestHead<'_>, body: Option<B>) {
        // Reuses the memory, unless something still refers to it.
        let _reclaimed = self.buffer.try_reclaim(CAPACITY_MIN);
        self.capacity = CAPACITY_MIN;
        let body = body.filter(|body| !body.is_end_stream());
        let length = body.as_ref().map_or(Some(0), |body| body.size_hint().exact());
        let (framing, trailers) = match length {
            Some(length) => (BodyFraming::Length(length), Vec::new()),
            None => (BodyFraming::Chunked, announced_trailers(head.trailers.into_iter().map(HeaderValue::as_bytes))),
        };
        head.write(self.encoder.begin(framing, trailers), framing);
        if let Some(body) = body {
            self.encoder.set_body(body);
        }
    }

    /// Sends the request under way, which has this method, and waits for the head of its response. The timeout does not run while
    /// the request body makes progress. Calls `informational` with each informational response.
    ///
    /// # Errors
    /// See [`RequestError`]. The connection cannot be used further.
    pub async fn response(
        &mut self,
        method: &Method,
        timeout: Duration,
        informational: &mut (dyn FnMut(&ResponseHead) + Send),
    ) -> Result<ResponseHead, RequestError> {
        let (mut since, mut count) = (now_millis(), 0);
        poll_fn(|cx| {
            let mut note = |head: &ResponseHead| {
                count += 1;
                informational(head);
                count <= INFORMATIONAL_MAX
            };
            if let Poll::Ready(polled) = self.poll_response(method, &mut note, cx) {
                return Poll::Ready(polled.map_err(|failed| match failed {
                    Failed::Io(error) => {
                        let before_response = count == 0 && self.buffer.is_empty();
                        RequestError::Io { error, before_response }
                    }
                    Failed::Invalid(error) => RequestError::Invalid(error),
                    Failed::Body(error) => RequestError::Body(error),
                }));
            }
            if self.encoder.take_progress() {
                since = now_millis();
            }
            ready!(self.poll_timeout(since, timeout, cx));
            Poll::Ready(Err(RequestError::Timeout(timeout)))
        })
        .await
    }

    /// The next frame of the response body.
    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(frame) = self.next.take() {
            return Poll::Ready(Some(Ok(frame)));
        }
        loop {
            if let Some(frame) = self.decoder.take(&mut self.buffer).map_err(InvalidResponse::from)? {
                let frame = if self.buffer.is_empty() { frame } else { self.joined(frame) };
                return Poll::Ready(Some(Ok(frame)));
            }
            if self.decoder.is_done() {
                return Poll::Ready(None);
            }
            // The upstream may respond before it has received the whole request.
            if let Err(failed) = self.poll_send(cx) {
                return Poll::Ready(Some(Err(failed.into())));
            }
            if ready!(self.poll_fill(cx))? == 0 {
                self.keep_alive = false;
                return Poll::Ready(if self.decoder.close() { None } else { Some(Err(BodyError::Closed)) });
            }
        }
    }

    /// Joins a small frame with those that were received behind it: a frame costs its recipients more memory than a byte.
    fn joined(&mut self, first: Frame<Bytes>) -> Frame<Bytes> {
        if first.data_ref().is_none_or(|data| data.len() >= JOINED_MAX) {
            return first;
        }
        let mut joined = BytesMut::new();
        let mut frame = first;
        loop {
            match frame.into_data() {
                Ok(data) if data.len() < JOINED_MAX && joined.len() < JOINED_MAX => joined.extend_from_slice(&data),
                Ok(data) => {
                    self.next = Some(Frame::data(data));
                    break;
                }
                Err(trailers) => {
                    self.next = Some(trailers);
                    break;
                }
            }
            // The next poll finds an error again; data received before it is passed on.
            let Ok(Some(following)) = self.decoder.take(&mut self.buffer) else { break };
            frame = following;
        }
        Frame::data(joined.freeze())
    }

    fn poll_response(
        &mut self,
        method: &Method,
        informational: &mut dyn FnMut(&ResponseHead) -> bool,
        cx: &mut Context<'_>,
    ) -> Poll<Result<ResponseHead, Failed>> {
        self.poll_send(cx)?;
        loop {
            match ready!(self.poll_fill(cx)) {
                Ok(0) => return Poll::Ready(Err(Failed::Io(io::ErrorKind::UnexpectedEof.into()))),
                Ok(_) => {}
                Err(error) => return Poll::Ready(Err(Failed::Io(error))),
            }
            while let Some(mut head) = ResponseHead::take(&mut self.buffer, method).map_err(Failed::Invalid)? {
                // The server side answers `Expect` itself (RFC 9110 §10.1.1).
                if head.status == StatusCode::SWITCHING_PROTOCOLS {
                    return Poll::Ready(Err(Failed::Invalid(InvalidResponse::Upgrade)));
                }
                if head.status.is_informational() {
                    if !informational(&head) {
                        return Poll::Ready(Err(Failed::Invalid(InvalidResponse::Informational)));
                    }
                    continue;
                }
                self.keep_alive &= head.keep_alive;
                self.decoder = head.take_decoder();
                let left = self.remaining().and_then(|left| usize::try_from(left).ok()).unwrap_or(CAPACITY_MIN);
                self.capacity = left.clamp(CAPACITY_MIN, CAPACITY_MAX);
                return Poll::Ready(Ok(head));
            }
        }
    }

    /// Sends what can be sent now. That writing fails is not an error yet: an upstream may respond without having read the whole
    /// request.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Result<(), Failed> {
        if self.encoder.is_done() {
            return Ok(());
        }
        match self.encoder.poll(&mut self.stream, cx) {
            Poll::Ready(Err(EncodeError::Io(error))) if self.encoder.is_unsent() => Err(Failed::Io(error)),
            Poll::Ready(Err(EncodeError::Io(error))) => {
                tracing::debug!(%error, "upstream did not read the whole request");
                self.encoder.abandon();
                self.keep_alive = false;
                Ok(())
            }
            Poll::Ready(Err(EncodeError::Body(error))) => Err(Failed::Body(with_sources(&error))),
            Poll::Ready(Err(EncodeError::Length)) => {
                Err(Failed::Body("it does not match its Content-Length".to_owned()))
            }
            Poll::Ready(Ok(())) | Poll::Pending => Ok(()),
        }
    }

    /// Reads once. Zero bytes: the upstream closed the connection.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.buffer.capacity() - self.buffer.len() < self.capacity / 4 {
            self.buffer.reserve(self.capacity);
        }
        let free = self.buffer.capacity() - self.buffer.len();
        let read = ready!(poll_read_buf(Pin::new(&mut self.stream), cx, &mut self.buffer))?;
        if read == free {
            self.capacity = (self.capacity * 2).min(CAPACITY_MAX);
        }
        Poll::Ready(Ok(read))
    }

    /// Ready once the timeout has passed since that time.
    fn poll_timeout(&mut self, since: u64, timeout: Duration, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            // An upstream that sends without end uses up the cooperative budget of each turn; the timer is polled regardless.
            if pin!(unconstrained(self.timer.as_mut())).poll(cx).is_pending() {
                // Set for an earlier request it may fire early, but not late: the timeout is always the same.
                return Poll::Pending;
            }
            let waited = Duration::from_millis(now_millis().saturating_sub(since));
            if waited >= timeout {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(Instant::now() + (timeout - waited));
        }
    }
}

/// Why there is no response.
enum Failed {
    Io(io::Error),
    Invalid(InvalidResponse),
    Body(String),
}

impl From<Failed> for BodyError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Io(error) => Self::Io(error),
            Failed::Invalid(error) => Self::Invalid(error),
            Failed::Body(error) => Self::Request(format!("request body failed: {error}")),
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
