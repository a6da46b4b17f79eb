//! One HTTP/1.1 connection to an upstream, driven by whoever uses it.
//!
//! No task of its own: the connection is polled from the request that is under way on it, and then from the body of its
//! answer, in the task of the client's connection. That saves two wake-ups and a hop between threads per request. While
//! nobody uses it nothing is read; what happened meanwhile (the upstream closed it, or sent what nobody asked for) shows
//! when it is taken up again, before anything is sent.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

use super::connect::Connector;
use super::error::UpstreamError;
use super::forwarded::Forwarded;
use super::stream::Stream;
use crate::ticks::ticks;

/// Most bytes of the head of an answer, and of a piece of its body: small ones make large bodies dear.
const BUFFER_MAX: usize = 256 * 1024;

/// A connection, and when it was last of use.
pub(super) struct Link {
    sender: SendRequest<Forwarded<Incoming>>,
    /// `None` once it is over.
    connection: Option<Connection<TokioIo<Stream>, Forwarded<Incoming>>>,
    /// Re-armed only when it fires: setting a timer for every request costs more than comparing two times.
    timer: Pin<Box<Sleep>>,
    /// In [`ticks`].
    pub(super) idle_since: u64,
}

/// A request that got no answer.
pub(super) struct Unanswered {
    pub(super) error: UpstreamError,
    /// Whether the connection ended before anything of an answer came: what a kept connection looks like that the
    /// upstream closed at the same moment.
    pub(super) closed: bool,
    /// The request itself, where nothing of it was sent.
    pub(super) unsent: Option<Box<Request<Forwarded<Incoming>>>>,
}

impl Link {
    /// A new connection.
    pub(super) async fn open(connector: &Connector) -> Result<Box<Self>, UpstreamError> {
        let stream = connector.connect().await?;
        let (sender, connection) =
            http1::Builder::new().max_buf_size(BUFFER_MAX).handshake(TokioIo::new(stream)).await?;
        let now = Instant::now();
        let connection = Some(connection);
        Ok(Box::new(Self { sender, connection, timer: Box::pin(sleep_until(now)), idle_since: ticks() }))
    }

    /// Looks at what happened on an idle connection. True if a request can be sent.
    pub(super) async fn is_usable(&mut self) -> bool {
        // A task that used up its turn would see nothing, and take that for silence.
        unconstrained(poll_fn(|cx| {
            self.drive(cx);
            Poll::Ready(self.is_idle())
        }))
        .await
    }

    /// Sends a request; gives the head of its answer, and the connection that the body of the answer comes on.
    pub(super) async fn exchange(
        mut self: Box<Self>,
        request: Request<Forwarded<Incoming>>,
        timeout: Duration,
    ) -> Result<(Response<Incoming>, Box<Self>), Unanswered> {
        let mut since = ticks();
        let progress = request.body().progress();
        let mut answer = pin!(self.sender.try_send_request(request));
        let answered = poll_fn(|cx| {
            self.drive(cx);
            // Whatever makes the answer ready happens in `drive`: to be woken for it would only cost.
            if let Poll::Ready(answer) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                if answer.as_ref().is_ok_and(|response| response.body().is_end_stream()) {
                    self.drive(cx);
                }
                return Poll::Ready(Ok(answer));
            }
            // A body that is on its way is not what the upstream is waited for.
            if progress.made() {
                since = ticks();
            }
            self.has_waited(since, timeout, cx).map(Err)
        });
        match answered.await {
            Ok(Ok(response)) => Ok((response, self)),
            Ok(Err(mut failed)) => {
                let unsent = failed.take_message().map(Box::new);
                let error = failed.into_error();
                let closed = error.is_incomplete_message() || error.is_canceled() || is_reset(&error);
                Err(Unanswered { error: error.into(), closed, unsent })
            }
            Err(()) => Err(Unanswered { error: UpstreamError::Timeout(timeout), closed: false, unsent: None }),
        }
    }

    /// Moves bytes. What comes of it shows in the answer and its body.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(connection) = &mut self.connection
            && Pin::new(connection).poll(cx).is_ready()
        {
            // An error is told to whoever waits for an answer, or for more of its body; and a request that it did not take
            // any more goes back to its sender, who would wait for ever else.
            self.connection = None;
        }
    }

    /// Whether another request may follow.
    pub(super) fn is_idle(&self) -> bool {
        self.connection.is_some() && self.sender.is_ready()
    }

    /// Whether it has been idle for so long.
    pub(super) fn waited_for(&self, time: Duration) -> bool {
        ticks().saturating_sub(self.idle_since) >= millis(time)
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

/// A time in the unit of [`ticks`].
pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn is_reset(error: &hyper::Error) -> bool {
    use std::error::Error;
    use std::io::{Error as IoError, ErrorKind};
    error.source().and_then(|source| source.downcast_ref::<IoError>()).is_some_and(|error| {
        matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::upstream::UpstreamAddress;
    use http::Method;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    const LONG: Duration = Duration::from_secs(20);

    pub(in crate::upstream) async fn linked() -> (Box<Link>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let address = UpstreamAddress::Tcp("127.0.0.1".to_owned(), port);
        let connector = Connector::new(address, None, b"http/1.1", LONG);
        let (link, accepted) = tokio::join!(Link::open(&connector), listener.accept());
        (link.unwrap_or_else(|error| panic!("{error}")), accepted.unwrap().0)
    }

    fn request() -> Request<Forwarded<Incoming>> {
        let mut request = Request::new(Forwarded::empty());
        *request.method_mut() = Method::POST;
        request
    }

    async fn read_head(upstream: &mut TcpStream) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(upstream.read_u8().await.unwrap());
        }
    }

    /// Lets notices of sockets arrive: whenever nothing else is to be done, the runtime looks for them.
    async fn settle() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_request_that_a_dying_connection_did_not_take_comes_back_at_once() {
        for farewell in [&b""[..], b"HTTP/1.1 408 Request Timeout\r\n\r\n"] {
            let (link, mut upstream) = linked().await;
            let answering = async {
                read_head(&mut upstream).await;
                upstream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            };
            let (answered, ()) = tokio::join!(link.exchange(request(), LONG), answering);
            let Ok((_, mut link)) = answered else { panic!("no answer") };
            assert!(link.is_usable().await);
            upstream.write_all(farewell).await.unwrap();
            drop(upstream);
            settle().await;
            let answered = tokio::time::timeout(LONG / 2, link.exchange(request(), LONG)).await;
            let Err(unanswered) = answered.expect("no waiting") else { panic!("an answer from nobody") };
            assert!(unanswered.closed);
            assert_eq!(unanswered.unsent.map(|request| request.method().clone()), Some(Method::POST));
        }
    }

    #[tokio::test]
    async fn a_task_that_used_up_its_turn_still_sees_that_a_connection_is_over() {
        let (mut link, upstream) = linked().await;
        assert!(link.is_usable().await);
        drop(upstream);
        settle().await;
        let seen = tokio::spawn(async move {
            while tokio::task::coop::has_budget_remaining() {
                let _ = pin!(tokio::task::consume_budget()).as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }
            link.is_usable().await
        });
        assert!(!seen.await.unwrap());
    }

    #[tokio::test]
    async fn a_task_that_used_up_its_turn_still_gets_its_answer() {
        for spent in 0..130 {
            let (link, mut upstream) = linked().await;
            let exchanged = tokio::spawn(async move {
                let mut exchange = pin!(link.exchange(request(), LONG));
                // The request goes out; the answer is there by the time that this is polled next.
                let pending = poll_fn(|cx| Poll::Ready(exchange.as_mut().poll(cx).is_pending())).await;
                assert!(pending);
                read_head(&mut upstream).await;
                upstream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
                settle().await;
                for _ in 0..spent {
                    tokio::task::consume_budget().await;
                }
                exchange.await.map(|(response, _)| response.status()).map_err(|unanswered| unanswered.error.to_string())
            });
            let status = tokio::time::timeout(LONG / 2, exchanged).await.expect("no waiting").unwrap();
            assert_eq!(status.unwrap(), 204, "after {spent} steps");
        }
    }
}
