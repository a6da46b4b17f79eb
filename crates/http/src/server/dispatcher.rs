//! What is spoken on a connection: whose turn it is, and what becomes of it.

mod read;

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use http_body::Body;
use tokio::sync::oneshot;

use super::body_channel::{Feed, feed};
use super::connection::{Ended, Pace};
use super::raw_response::Preset;
use super::read_buffer::Inbox;
use super::request::Received;
use super::request_body::Inbound;
use super::request_head::{Head, Manner};
use super::response_head::Plan;
use super::upgrade::{Duplex, Upgraded, upgrade};
use crate::codec::{Framing, Outgoing, Receiving, Unsent};
use crate::headers::Lines;
use crate::validate::{Limits, Phase, Violation};

/// What is spoken on a connection.
pub(super) struct Talk<P, F, R, B> {
    pace: P,
    service: F,
    inbox: Inbox,
    turn: Turn,
    handling: Pin<Box<Option<R>>>,
    outgoing: Outgoing<B>,
    /// Why the answer under way broke off, while what came of it goes out.
    broken: Option<Ended>,
    asked: Asked,
    /// The phase in which the client is waited for.
    waiting: Option<Phase>,
    pub(super) half_close: bool,
    stopping: bool,
}

/// Who takes a connection over.
pub(super) type Heir = oneshot::Sender<Upgraded>;

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

impl<P, F, R, B> Talk<P, F, R, B>
where
    P: Pace,
    F: Fn(Box<Received>) -> R,
    R: Future<Output = Response<B>>,
    B: Body<Data = Bytes> + Preset + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    pub(super) fn new(pace: P, service: F) -> Self {
        Self {
            pace,
            service,
            inbox: Inbox::new(Limits::default()),
            turn: Turn::Asking,
            handling: Box::pin(None),
            outgoing: Outgoing::nothing(),
            broken: None,
            asked: Asked::default(),
            waiting: None,
            half_close: false,
            stopping: false,
        }
    }

    /// The request under way is the last.
    pub(super) fn stop(&mut self) {
        self.stopping = true;
        self.asked.keeps = false;
    }

    /// What came and was not used.
    pub(super) fn take_read(&mut self) -> Bytes {
        self.inbox.bytes.split().freeze()
    }

    /// Goes on until the connection is closed, or somebody else takes it over.
    pub(super) fn poll<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<Option<Heir>, Ended>> {
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
        let Head { mut received, body, manner } = head;
        let mut asked = Asked { manner, keeps: manner.keeps && !self.stopping, ..Asked::default() };
        let inbound = if body.is_done() {
            Inbound::default()
        } else {
            let (feed, fed) = feed(body.left());
            self.inbox.expect(body.left());
            asked.feed = Some(feed);
            asked.receiving = body;
            Inbound::http1(fed)
        };
        received.body = Some(inbound);
        if manner.upgrade {
            let (promise, upgrade) = upgrade();
            asked.upgrade = Some(promise);
            received.extensions.insert(upgrade);
        }
        self.asked = asked;
        self.handling.as_mut().set(Some((self.service)(received)));
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
        loop {
            self.broken = Some(match self.outgoing.poll(io, cx) {
                Poll::Pending => return Ok(false),
                Poll::Ready(Ok(())) => return self.broken.take().map_or(Ok(true), Err),
                Poll::Ready(Err(Unsent::Connection(error))) => return Err(error.into()),
                Poll::Ready(Err(Unsent::Body(error))) => Ended::Answer(error.into()),
                Poll::Ready(Err(Unsent::Length)) => Ended::Length,
            });
            // What came of it goes out, so that the client sees an answer that broke off and not one that never was.
            self.outgoing.cut_off();
        }
    }

    fn answer(&mut self, mut response: Response<B>) {
        let lines = response.body_mut().take_lines();
        let mut plan = Plan::of(&response, &lines, Manner { keeps: self.asked.keeps, ..self.asked.manner });
        let follows = plan.framing.is_some() && !response.body().is_end_stream();
        let framing = plan.framing.unwrap_or(Framing::Length(0));
        // A length that nothing follows ends with the connection.
        plan.keeps &= follows || matches!(framing, Framing::Length(0) | Framing::Chunked);
        self.asked.keeps = plan.keeps;
        let out = self.outgoing.begin(framing, std::mem::take(&mut plan.trailers));
        let (status, preset) = (response.status(), |out: &mut Vec<u8>| response.body().write_lines(out));
        plan.write(status, (response.headers(), &lines, preset), self.asked.manner, out);
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
        let nothing = (&HeaderMap::new(), &Lines::default(), |_: &mut Vec<u8>| {});
        Plan::refusal().write(status, nothing, Manner::default(), out);
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
}
