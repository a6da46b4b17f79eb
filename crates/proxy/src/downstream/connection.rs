//! A client's connection: one request after the other, each handed to a service, and the answers in the same order.

use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Body;
use tokio::sync::oneshot;

use super::answer::Plan;
use super::feed::{Appetite, Feed, feed};
use super::head::{Head, Manner};
use super::inbound::{BodyError, Inbound};
use super::inbox::Inbox;
use super::preset::Preset;
use super::upgrade::{Duplex, Upgraded, upgrade};
use crate::http1::{Framing, Outgoing, Receiving, Unsent};
use crate::wire::{Limits, Phase, Violation};

/// Sees whom a connection waits for.
pub trait Pace {
    /// The client is waited for, in this phase.
    fn waits_in(&self, phase: Phase);
    /// A piece of a body came that was waited for.
    fn body_came(&self);
}

/// Nobody looks.
impl Pace for () {
    fn waits_in(&self, _: Phase) {}
    fn body_came(&self) {}
}

/// Why a connection ends early.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The client closed it in the middle of a request or an answer.
    #[error("the client closed the connection")]
    Closed,
    /// It failed.
    #[error("the connection failed: {0}")]
    Connection(#[from] io::Error),
    /// An answer broke off half way.
    #[error("an answer broke off: {0}")]
    Answer(Box<dyn Error + Send + Sync>),
    /// An answer was longer or shorter than it said.
    #[error("an answer is not as long as it said")]
    Length,
}

/// A connection that is served; a future that is ready when it has ended.
pub struct Connection<IO, P, F, R, B> {
    /// `None` once it carries something else.
    io: Option<IO>,
    talk: Talk<P, F, R, B>,
}

// Nothing in it is pinned but what is on the heap.
impl<IO, P, F, R, B> Unpin for Connection<IO, P, F, R, B> {}

/// What is spoken on a connection.
struct Talk<P, F, R, B> {
    pace: P,
    service: F,
    inbox: Inbox,
    turn: Turn,
    handling: Pin<Box<Option<R>>>,
    outgoing: Outgoing<B>,
    asked: Asked,
    /// The phase in which the client is waited for.
    waiting: Option<Phase>,
    half_close: bool,
    stopping: bool,
}

/// Who takes a connection over.
type Heir = oneshot::Sender<Upgraded>;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The client's, to ask something.
    Asking,
    /// The service's.
    Handling,
    /// The answer goes out.
    Answering,
    /// Nobody's: it is closed.
    Closing,
}

/// The request under way.
#[derive(Default)]
struct Asked {
    manner: Manner,
    /// What of its body is still to come, and where that goes.
    receiving: Receiving,
    feed: Option<Feed>,
    /// Who waits for the connection to carry something else.
    upgrade: Option<Heir>,
    /// Whether another request may follow.
    keeps: bool,
}

impl<IO, P, F, R, B> Connection<IO, P, F, R, B>
where
    IO: Duplex + 'static,
    P: Pace,
    F: Fn(Request<Inbound>) -> R,
    R: Future<Output = Response<B>>,
    B: Body<Data = Bytes> + Preset + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// Serves what comes on this connection (after TLS) with the service.
    pub fn new(io: IO, pace: P, service: F) -> Self {
        let talk = Talk {
            pace,
            service,
            inbox: Inbox::new(Limits::default()),
            turn: Turn::Asking,
            handling: Box::pin(None),
            outgoing: Outgoing::nothing(),
            asked: Asked::default(),
            waiting: None,
            half_close: false,
            stopping: false,
        };
        Self { io: Some(io), talk }
    }

    /// Whether a client that closes its side may still want its answers. Most that do are gone.
    #[must_use]
    pub fn half_close(mut self, allowed: bool) -> Self {
        self.talk.half_close = allowed;
        self
    }

    /// Answers the request under way, and then closes.
    pub fn graceful_shutdown(&mut self) {
        self.talk.stopping = true;
        self.talk.asked.keeps = false;
    }
}

impl<P, F, R, B> Talk<P, F, R, B>
where
    P: Pace,
    F: Fn(Request<Inbound>) -> R,
    R: Future<Output = Response<B>>,
    B: Body<Data = Bytes> + Preset + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// Goes on until the connection is closed, or somebody else takes it over.
    fn poll<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<Option<Heir>, Ended>> {
        loop {
            match self.turn {
                Turn::Asking => ready!(self.poll_ask(io, cx))?,
                Turn::Handling => ready!(self.poll_handle(io, cx))?,
                Turn::Answering => {
                    ready!(self.poll_answer(io, cx))?;
                    // Behind what is no HTTP nothing is believed.
                    if let Some(heir) = self.asked.upgrade.take().filter(|_| !self.inbox.is_over()) {
                        return Poll::Ready(Ok(Some(heir)));
                    }
                }
                Turn::Closing => return Pin::new(io).poll_shutdown(cx).map_ok(|()| None).map_err(Ended::from),
            }
        }
    }

    /// Takes the next request, and has the service begin with it.
    fn poll_ask<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        loop {
            if let Some(head) = self.inbox.take_head() {
                match head {
                    Ok(head) => self.begin(head),
                    Err(status) => self.refuse(status),
                }
                return Poll::Ready(Ok(()));
            }
            if let Some(violation) = self.inbox.violation() {
                self.refuse(match violation {
                    Violation::TooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                    _ => StatusCode::BAD_REQUEST,
                });
                return Poll::Ready(Ok(()));
            }
            let between = self.inbox.bytes.is_empty();
            if self.stopping && between {
                self.turn = Turn::Closing;
                return Poll::Ready(Ok(()));
            }
            if !ready!(self.poll_fill(io, cx))? && self.inbox.violation().is_none() {
                self.turn = Turn::Closing;
                return Poll::Ready(if between { Ok(()) } else { Err(Ended::Closed) });
            }
        }
    }

    fn begin(&mut self, head: Head) {
        let Head { method, uri, version, headers, body, manner } = head;
        let mut asked = Asked { manner, keeps: manner.keeps && !self.stopping, ..Asked::default() };
        let inbound = if body.is_done() {
            Inbound::nothing()
        } else {
            let (feed, fed) = feed(body.left());
            asked.feed = Some(feed);
            asked.receiving = body;
            Inbound::http1(fed)
        };
        let mut request = Request::new(inbound);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.version_mut() = version;
        *request.headers_mut() = headers;
        if manner.upgrade {
            let (promise, upgrade) = upgrade();
            asked.upgrade = Some(promise);
            request.extensions_mut().insert(upgrade);
        }
        self.asked = asked;
        self.handling.as_mut().set(Some((self.service)(request)));
        self.turn = Turn::Handling;
    }

    /// Has the service go on, and gives it the body that it wants.
    fn poll_handle<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        loop {
            if let Some(handling) = self.handling.as_mut().as_pin_mut()
                && let Poll::Ready(response) = handling.poll(cx)
            {
                self.handling.as_mut().set(None);
                self.answer(response);
                return Poll::Ready(Ok(()));
            }
            self.poll_send(io, cx)?;
            ready!(self.poll_body(io, cx))?;
        }
    }

    /// Has the answer go out, and what is still to come of the request go on.
    fn poll_answer<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        while !self.poll_send(io, cx)? {
            ready!(self.poll_body(io, cx))?;
        }
        self.finish();
        Poll::Ready(Ok(()))
    }

    /// Sends what can be sent. Whether that is all.
    fn poll_send<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Result<bool, Ended> {
        match self.outgoing.poll(io, cx) {
            Poll::Pending => Ok(false),
            Poll::Ready(Ok(())) => Ok(true),
            Poll::Ready(Err(Unsent::Connection(error))) => Err(error.into()),
            Poll::Ready(Err(Unsent::Body(error))) => Err(Ended::Answer(error.into())),
            Poll::Ready(Err(Unsent::Length)) => Err(Ended::Length),
        }
    }

    fn answer(&mut self, response: Response<B>) {
        let mut plan = Plan::of(&response, Manner { keeps: self.asked.keeps, ..self.asked.manner });
        let follows = plan.framing.is_some() && !response.body().is_end_stream();
        let framing = plan.framing.unwrap_or(Framing::Length(0));
        // A length that nothing follows ends with the connection.
        plan.keeps &= follows || matches!(framing, Framing::Length(0) | Framing::Chunked);
        self.asked.keeps = plan.keeps;
        let out = self.outgoing.begin(framing, std::mem::take(&mut plan.trailers));
        let (status, lines) = (response.status(), response.body().lines());
        plan.write(status, (response.headers(), lines), self.asked.manner, out);
        if follows {
            self.outgoing.follow(response.into_body());
        } else if plan.framing == Some(Framing::Chunked) {
            out.extend_from_slice(b"0\r\n\r\n");
        }
        if status != StatusCode::SWITCHING_PROTOCOLS {
            self.asked.upgrade = None;
        }
        self.turn = Turn::Answering;
    }

    /// Answers what is no request; it is the last.
    fn refuse(&mut self, status: StatusCode) {
        self.asked = Asked::default();
        let out = self.outgoing.begin(Framing::Length(0), Vec::new());
        Plan::refusal().write(status, (&HeaderMap::new(), [&[], &[]]), Manner::default(), out);
        self.turn = Turn::Answering;
    }

    /// Ends the request under way.
    fn finish(&mut self) {
        // What nobody wanted of the body is passed over where it is here already.
        if self.asked.feed.take().is_some() && self.asked.keeps {
            while let Ok(Some(_)) = self.asked.receiving.take(&mut self.inbox.bytes) {}
        }
        let keeps = self.asked.keeps && self.asked.receiving.is_done();
        self.inbox.rest();
        self.turn = if keeps { Turn::Asking } else { Turn::Closing };
    }

    /// Gives the reader of the body what it wants. Ready when there is something new for it; where nobody reads, it looks
    /// whether the client is still there.
    fn poll_body<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        let Some(feed) = &self.asked.feed else { return self.poll_gone(io, cx) };
        match feed.appetite(cx) {
            Appetite::Hungry => {}
            Appetite::Full | Appetite::Gone => return Poll::Pending,
        }
        if std::mem::take(&mut self.asked.manner.expects) && self.turn == Turn::Handling {
            let out = self.outgoing.begin(Framing::Length(0), Vec::new());
            out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            self.poll_send(io, cx)?;
        }
        let (piece, last) = loop {
            let taken = self.asked.receiving.take(&mut self.inbox.bytes);
            let done = self.asked.receiving.is_done();
            match (taken, self.inbox.violation()) {
                (Ok(Some(frame)), _) => break (Some(Ok(frame)), done),
                (Ok(None), _) if done => break (None, true),
                (_, Some(violation)) => break (Some(Err(violation.into())), true),
                (Err(_), None) => break (Some(Err(Violation::Chunk.into())), true),
                (Ok(None), None) => match ready!(self.poll_fill(io, cx)) {
                    Ok(true) => {}
                    Ok(false) if self.inbox.violation().is_some() => {}
                    Ok(false) | Err(_) => break (Some(Err(BodyError::Closed)), true),
                },
            }
        };
        self.asked.keeps &= !matches!(piece, Some(Err(_)));
        if let Some(feed) = &self.asked.feed {
            feed.give(piece, last, cx);
        }
        if last {
            self.asked.feed = None;
        }
        Poll::Ready(Ok(()))
    }

    /// Ready, with an error, when the client went away. What it asks meanwhile waits.
    fn poll_gone<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        if !self.inbox.bytes.is_empty() || self.inbox.is_over() || self.half_close {
            return Poll::Pending;
        }
        match ready!(self.poll_fill(io, cx)) {
            Ok(true) => Poll::Pending,
            Ok(false) => Poll::Ready(Err(Ended::Closed)),
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    fn poll_fill<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<bool, Ended>> {
        match self.inbox.poll_fill(io, cx) {
            Poll::Ready(filled) => {
                // A head has its time as a whole, a body from piece to piece.
                if self.waiting == Some(Phase::Body) {
                    self.waiting = None;
                    self.pace.body_came();
                }
                Poll::Ready(filled.map_err(Ended::from))
            }
            Poll::Pending => {
                let phase = self.inbox.phase();
                if self.waiting != Some(phase) {
                    self.waiting = Some(phase);
                    self.pace.waits_in(phase);
                }
                Poll::Pending
            }
        }
    }
}

impl<IO, P, F, R, B> Future for Connection<IO, P, F, R, B>
where
    IO: Duplex + 'static,
    P: Pace,
    F: Fn(Request<Inbound>) -> R,
    R: Future<Output = Response<B>>,
    B: Body<Data = Bytes> + Preset + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Output = Result<(), Ended>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        let this = &mut *self;
        let Some(io) = &mut this.io else { return Poll::Ready(Ok(())) };
        let heir = ready!(this.talk.poll(io, cx))?;
        Poll::Ready(match heir.zip(this.io.take()) {
            None => Ok(()),
            Some((heir, io)) => {
                let read = this.talk.inbox.bytes.split().freeze();
                heir.send((Box::new(io), read)).map_err(|_| Ended::Closed)
            }
        })
    }
}

#[cfg(test)]
mod tests;
