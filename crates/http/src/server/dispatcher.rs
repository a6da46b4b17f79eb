//! The state machine of a connection: read a request, run the service, send the response.

mod read;

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::StatusCode;
use http_body::Body;
use tower_service::Service;

use super::body_channel::{BodySender, body_channel};
use super::early_hints;
use super::error::ConnectionError;
use super::observer::ConnectionObserver;
use super::read_buffer::ReadBuffer;
use super::request::Request;
use super::request_body::RequestBody;
use super::request_head::{RequestFlags, RequestHead};
use super::response::Response;
use super::response_head::ResponsePlan;
use super::upgrade::{Duplex, UpgradeSender, upgrade};
use crate::codec::{BodyFraming, Decoder, EncodeError, Encoder};
use crate::headers::{EncodeHeaders, HeaderBlock};
use crate::sync::Arc;
use crate::validate::{Limits, Phase, Violation};

/// The state machine of a connection.
pub(super) struct Dispatcher<O, S, F, B, E> {
    observer: O,
    service: S,
    read_buffer: ReadBuffer,
    state: State,
    /// Room for the service's future, which is large; freed with the buffers.
    handling: Option<Pin<Box<Option<F>>>>,
    encoder: Encoder<B>,
    early_hints: Arc<early_hints::Shared>,
    /// Why the response body failed. The connection ends with it once the part before was sent.
    failed: Option<ConnectionError>,
    /// Requests since [`Dispatcher::release_memory`].
    recent_requests: u32,
    in_flight: InFlight,
    /// The phase in which the connection waits for the client.
    waiting: Option<Phase>,
    pub(super) half_close: bool,
    /// Whether the response under way, or else the next one, is the last.
    last: bool,
    /// Whether the connection closes instead of waiting for a request.
    stopping: bool,
    encoded: PhantomData<fn(E)>,
}

/// Next step of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Reads the head of a request.
    Reading,
    /// Waits for the service's response.
    Handling,
    /// Sends the response.
    Responding,
    /// Closes.
    Closing,
}

/// The request under way.
#[derive(Default)]
struct InFlight {
    flags: RequestFlags,
    /// The part of the body that was not received yet.
    decoder: Decoder,
    /// The reader of the body; `None` once all of it was passed.
    body: Option<BodySender>,
    /// Receives the connection if the response is `101`.
    upgrade: Option<UpgradeSender>,
    /// Whether the connection stays open for another request.
    keep_alive: bool,
}

impl<O, S, B, E> Dispatcher<O, S, S::Future, B, E>
where
    O: ConnectionObserver,
    S: Service<Box<Request>, Response = Response<B, E>, Error = Infallible>,
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    E: EncodeHeaders,
{
    pub(super) fn new(observer: O, service: S) -> Self {
        Self {
            observer,
            service,
            read_buffer: ReadBuffer::new(Limits::default()),
            state: State::Reading,
            handling: None,
            encoder: Encoder::idle(),
            early_hints: Arc::default(),
            failed: None,
            recent_requests: 0,
            in_flight: InFlight::default(),
            waiting: None,
            half_close: false,
            last: false,
            stopping: false,
            encoded: PhantomData,
        }
    }

    /// Closes the connection after the response under way, or else after the next one.
    pub(super) fn end_with_next_response(&mut self) {
        self.last = true;
        self.in_flight.keep_alive = false;
    }

    /// Closes the connection after the response under way, or at once.
    pub(super) fn stop(&mut self) {
        self.end_with_next_response();
        self.stopping = true;
    }

    /// Frees the memory that the next request needs again, as soon as the client is waited for between requests.
    pub(super) fn release_memory(&mut self) {
        self.recent_requests = 0;
    }

    /// The bytes that were received behind the last request.
    pub(super) fn take_unused(&mut self) -> Bytes {
        self.read_buffer.bytes.split().freeze()
    }

    /// Runs until the connection is closed, or upgraded.
    pub(super) fn poll<IO: Duplex>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<UpgradeSender>, ConnectionError>> {
        loop {
            match self.state {
                State::Reading => ready!(self.poll_read_head(io, cx))?,
                State::Handling => ready!(self.poll_handle(io, cx))?,
                State::Responding => {
                    ready!(self.poll_respond(io, cx))?;
                    // Bytes behind an invalid request are never passed on.
                    if let Some(upgrade) = self.in_flight.upgrade.take().filter(|_| !self.read_buffer.is_finished()) {
                        return Poll::Ready(Ok(Some(upgrade)));
                    }
                }
                State::Closing => {
                    return Pin::new(io).poll_shutdown(cx).map_ok(|()| None).map_err(ConnectionError::from);
                }
            }
        }
    }

    /// Reads the next request and calls the service with it.
    fn poll_read_head<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<(), ConnectionError>> {
        loop {
            if self.read_buffer.has_head() {
                let Ok(()) = ready!(self.service.poll_ready(cx));
                match self.read_buffer.take_head() {
                    Some(Ok(head)) => self.begin(head),
                    Some(Err(status)) => self.reject(status, &"unreadable request head"),
                    None => self.reject(StatusCode::BAD_REQUEST, &"unreadable request head"),
                }
                return Poll::Ready(Ok(()));
            }
            if let Some(violation) = self.read_buffer.violation() {
                let status = match violation {
                    Violation::TooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                    _ => StatusCode::BAD_REQUEST,
                };
                self.reject(status, &violation);
                return Poll::Ready(Ok(()));
            }
            let between = self.read_buffer.bytes.is_empty();
            if self.stopping && between {
                self.state = State::Closing;
                return Poll::Ready(Ok(()));
            }
            if !ready!(self.poll_fill(io, cx))? && self.read_buffer.violation().is_none() {
                self.state = State::Closing;
                return Poll::Ready(if between { Ok(()) } else { Err(ConnectionError::Closed) });
            }
        }
    }

    fn begin(&mut self, head: RequestHead) {
        let RequestHead { mut request, decoder, flags } = head;
        let keep_alive = flags.keep_alive && !self.last;
        let mut in_flight = InFlight { flags, keep_alive, ..InFlight::default() };
        request.body = Some(if decoder.is_done() {
            RequestBody::default()
        } else {
            let (sender, receiver) = body_channel(decoder.remaining());
            self.read_buffer.expect(decoder.remaining());
            in_flight.body = Some(sender);
            in_flight.decoder = decoder;
            RequestBody::http1(receiver)
        });
        if !flags.http10 {
            request.early_hints = Some(early_hints::Shared::next(&self.early_hints));
        }
        if flags.upgrade {
            let (sender, upgrade) = upgrade();
            in_flight.upgrade = Some(sender);
            request.extensions.insert(upgrade);
        }
        self.in_flight = in_flight;
        self.recent_requests = self.recent_requests.saturating_add(1);
        let handling = Some(self.service.call(request));
        match &mut self.handling {
            Some(room) => room.set(handling),
            None => self.handling = Some(Box::pin(handling)),
        }
        self.state = State::Handling;
    }

    /// Polls the service, and passes it the body that it reads.
    fn poll_handle<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<(), ConnectionError>> {
        loop {
            if let Some(room) = &mut self.handling
                && let Some(handling) = room.as_mut().as_pin_mut()
                && let Poll::Ready(Ok(response)) = handling.poll(cx)
            {
                room.set(None);
                self.early_hints.end();
                self.respond(response);
                return Poll::Ready(Ok(()));
            }
            let hints = self.early_hints.take();
            if !hints.is_empty() {
                self.encoder.begin(BodyFraming::Length(0), Vec::new()).extend_from_slice(&hints);
            }
            self.poll_send(io, cx)?;
            ready!(self.poll_body(io, cx))?;
        }
    }

    /// Sends the response; meanwhile forwards the parts of the request body that are still read.
    fn poll_respond<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<(), ConnectionError>> {
        while !self.poll_send(io, cx)? {
            ready!(self.poll_body(io, cx))?;
        }
        self.finish();
        Poll::Ready(Ok(()))
    }

    /// Sends what can be sent now. `true` once that was everything.
    fn poll_send<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Result<bool, ConnectionError> {
        loop {
            self.failed = Some(match self.encoder.poll(io, cx) {
                Poll::Pending => return Ok(false),
                Poll::Ready(Ok(())) => return self.failed.take().map_or(Ok(true), Err),
                Poll::Ready(Err(EncodeError::Io(error))) => return Err(error.into()),
                Poll::Ready(Err(EncodeError::Body(error))) => ConnectionError::ResponseBody(error.into()),
                Poll::Ready(Err(EncodeError::Length)) => ConnectionError::Length,
            });
            // The part before the failure is sent, so that the client sees a truncated response instead of none.
            self.encoder.truncate();
        }
    }

    fn respond(&mut self, response: Response<B, E>) {
        // RFC 9112 §9.6: the response says so where the rest of the request may never be read.
        let final_answer = response.status.as_u16() >= 300 || response.body.is_end_stream();
        self.in_flight.keep_alive &= !self.leaves_request_unread(final_answer);
        let flags = RequestFlags { keep_alive: self.in_flight.keep_alive, ..self.in_flight.flags };
        let mut plan = ResponsePlan::new(response.status, &response.headers, &response.body, flags);
        let has_body = plan.framing.is_some() && !response.body.is_end_stream();
        let framing = plan.framing.unwrap_or(BodyFraming::Length(0));
        // The body is missing or shorter than its Content-Length: only closing the connection tells the client.
        plan.keep_alive &= has_body || matches!(framing, BodyFraming::Length(0) | BodyFraming::Chunked);
        self.in_flight.keep_alive = plan.keep_alive;
        let out = self.encoder.begin(framing, std::mem::take(&mut plan.trailers));
        plan.write(response.status, &response.headers, &response.encoded, self.in_flight.flags, out);
        if has_body {
            self.encoder.set_body(response.body);
        } else if plan.framing == Some(BodyFraming::Chunked) {
            out.extend_from_slice(b"0\r\n\r\n");
        }
        if response.status != StatusCode::SWITCHING_PROTOCOLS {
            self.in_flight.upgrade = None;
        }
        self.state = State::Responding;
    }

    /// Whether part of the request is likely never to be read: nobody reads it any more, or the answer does not depend on it. What
    /// was received of it and is not read is skipped.
    fn leaves_request_unread(&mut self, final_answer: bool) -> bool {
        let Some(body) = &self.in_flight.body else { return false };
        let dropped = body.is_dropped();
        if dropped {
            while let Ok(Some(_)) = self.in_flight.decoder.take(&mut self.read_buffer.bytes) {}
        }
        let buffered = self.read_buffer.bytes.len() as u64;
        let received = self.in_flight.decoder.remaining().is_some_and(|remaining| remaining <= buffered);
        !received && (dropped || final_answer)
    }

    /// Answers an invalid request, and closes the connection.
    #[cold]
    fn reject(&mut self, status: StatusCode, why: &dyn fmt::Display) {
        let headers = HeaderBlock::from(self.observer.refused(status, why));
        self.in_flight = InFlight::default();
        let out = self.encoder.begin(BodyFraming::Length(0), Vec::new());
        ResponsePlan::rejection().write(status, &headers, &(), RequestFlags::default(), out);
        self.state = State::Responding;
    }

    /// Ends the request under way.
    fn finish(&mut self) {
        // The part of the body that was received and not read is skipped.
        if self.in_flight.body.take().is_some() && self.in_flight.keep_alive {
            while let Ok(Some(_)) = self.in_flight.decoder.take(&mut self.read_buffer.bytes) {}
        }
        let keep_alive = self.in_flight.keep_alive && self.in_flight.decoder.is_done();
        self.read_buffer.reset_capacity();
        self.state = if keep_alive { State::Reading } else { State::Closing };
    }
}
