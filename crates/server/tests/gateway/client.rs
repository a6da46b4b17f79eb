//! A client of HTTP/2.

use bytes::Bytes;
use h2::client::SendRequest;
use http::{HeaderMap, Request, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;

/// One connection.
pub(crate) struct Client {
    pub(crate) send: SendRequest<Bytes>,
    pub(crate) connection: JoinHandle<Result<(), h2::Error>>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Client {
    pub(crate) async fn new(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        let (send, connection) = h2::client::handshake(stream).await.unwrap();
        Self { send, connection: tokio::spawn(connection) }
    }

    /// Sends a request without a body.
    pub(crate) async fn send(&self, request: Request<()>) -> Result<Answer, h2::Error> {
        let mut send = self.send.clone().ready().await?;
        let (answer, _) = send.send_request(request, true)?;
        let (parts, mut body) = answer.await?.into_parts();
        let mut text = Vec::new();
        while let Some(piece) = body.data().await {
            let piece = piece?;
            body.flow_control().release_capacity(piece.len())?;
            text.extend_from_slice(&piece);
        }
        Ok(Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&text).into_owned() })
    }

    /// `GET` of a URL with these fields.
    pub(crate) async fn get(&self, url: &str, fields: &[(&str, &str)]) -> Result<Answer, h2::Error> {
        self.send(get(url, fields)).await
    }
}

/// A `GET`.
pub(crate) fn get(url: &str, fields: &[(&str, &str)]) -> Request<()> {
    let fields = fields.iter().fold(Request::get(url), |request, (name, value)| request.header(*name, *value));
    fields.body(()).unwrap()
}
