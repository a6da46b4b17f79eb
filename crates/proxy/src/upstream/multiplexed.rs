//! One HTTP/2 connection to an upstream, shared by all requests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use super::connect::Connector;
use super::error::UpstreamError;
use super::forwarded::Forwarded;
use super::link::Unanswered;

/// How often a connection is asked whether it is alive, and how long it may take to say so.
const PING: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));
/// Bytes of an answer's headers.
const HEAD_MAX: u32 = 64 * 1024;

type Sender = SendRequest<Forwarded<Incoming>>;

/// A connection that is opened when it is needed, and again when it is over.
#[derive(Default)]
pub(super) struct Multiplexed {
    current: Mutex<Option<Sender>>,
    opening: tokio::sync::Mutex<()>,
}

impl Multiplexed {
    /// Sends a request; gives the head of its answer.
    pub(super) async fn exchange(
        &self,
        connector: &Connector,
        request: Request<Forwarded<Incoming>>,
        timeout: Duration,
    ) -> Result<Response<Incoming>, Unanswered> {
        let unanswered = |error, closed| Unanswered { error, closed };
        let mut sender = self.sender(connector).await.map_err(|error| unanswered(error, false))?;
        let answer = async {
            sender.ready().await?;
            sender.send_request(request).await
        };
        match tokio::time::timeout(timeout, answer).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                let closed = error.is_canceled() || error.is_closed() || sender.is_closed();
                Err(unanswered(error.into(), closed))
            }
            Err(_) => Err(unanswered(UpstreamError::Timeout(timeout), false)),
        }
    }

    async fn sender(&self, connector: &Connector) -> Result<Sender, UpstreamError> {
        if let Some(sender) = self.current() {
            return Ok(sender);
        }
        let _alone = self.opening.lock().await;
        if let Some(sender) = self.current() {
            return Ok(sender);
        }
        let io = TokioIo::new(connector.connect().await?);
        let (sender, connection) = Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(PING.0)
            .keep_alive_timeout(PING.1)
            .max_header_list_size(HEAD_MAX)
            .adaptive_window(true)
            .handshake(io)
            .await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "an HTTP/2 connection to an upstream ended");
            }
        });
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender.clone());
        Ok(sender)
    }

    fn current(&self) -> Option<Sender> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.clone().filter(|sender| !sender.is_closed())
    }
}
