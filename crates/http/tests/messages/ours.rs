//! What this engine reads.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::uri::PathAndQuery;
use http_body::Body;
use http_body_util::Full;
use postern_http::client::{BodyError, InvalidResponse};
use postern_http::client::{Connection as Client, Pool, RequestError, RequestHead, ResponseBody, Stream};
use postern_http::headers::HeaderBlock;
use postern_http::server::{Connection, RequestBody};
use postern_http::validate::{Limits, RequestValidator};
use postern_http::{Request, Response};
use std::future::poll_fn;
use std::pin::pin;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex};
use tokio::net::UnixStream;
use tower::service_fn;

use super::{Case, Message, latin};

/// What became of a stream.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) read: Vec<Message>,
    pub(crate) refused: Option<String>,
    pub(crate) kept: bool,
}

async fn send(io: &mut (impl AsyncWrite + Unpin), bytes: &[u8], size: usize) {
    for piece in bytes.chunks(size.min(bytes.len().max(1))) {
        // The recipient may have closed the connection by then.
        let _ = io.write_all(piece).await;
        tokio::task::yield_now().await;
    }
}

/// Serves one connection that sends these bytes, and then ends.
pub(crate) async fn request(bytes: &[u8], size: usize) -> Outcome {
    let read: Arc<Mutex<Vec<Message>>> = Arc::default();
    let log = Arc::clone(&read);
    let service = service_fn(move |mut request: Box<Request>| {
        let log = Arc::clone(&log);
        async move {
            let mut body = request.body.take().unwrap_or_default();
            let (mut data, mut complete) = (Vec::new(), true);
            let mut body = pin!(&mut body);
            while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
                match frame {
                    Ok(frame) => data.extend(frame.into_data().unwrap_or_default()),
                    Err(_) => complete = false,
                }
            }
            let (method, target) = (request.method.to_string(), request.uri.to_string());
            log.lock().unwrap().push(Message { method, target, status: 0, body: latin(&data), complete });
            let response: Response<_> = Response::new(Full::new(Bytes::from_static(b"ok")));
            Ok::<_, Infallible>(response)
        }
    });
    let (mut client, server) = duplex(1 << 20);
    let mut answers = String::new();
    let exchange = async {
        send(&mut client, bytes, size).await;
        client.shutdown().await.unwrap();
        client.read_to_string(&mut answers).await.unwrap();
    };
    let (_ended, ()) = tokio::join!(Connection::new(server, (), service).half_close(true), exchange);
    let mut read = std::mem::take(&mut *read.lock().unwrap());
    let violation = RequestValidator::new(Limits::default()).scan(bytes).violation;
    let rejected = answers.contains("HTTP/1.1 400 ").then(|| "400".to_owned());
    let refused = violation.map(|violation| format!("{violation:?}")).filter(|_| {
        // What follows the last request of a connection is not read.
        rejected.is_some() || read.last().is_some_and(|last| !last.complete)
    });
    if refused.is_some() {
        read.retain(|message| message.complete);
    }
    assert!(answers.matches("HTTP/1.1 ").count() <= read.len() + 1, "{answers}");
    Outcome { read, refused: refused.or(rejected), kept: false }
}

/// Sends a request of which this is the response, and reads it.
pub(crate) async fn response(case: &Case, size: usize) -> Outcome {
    let (ours, mut upstream) = UnixStream::pair().unwrap();
    let (method, path) = (Method::from_bytes(case.method.as_bytes()).unwrap(), PathAndQuery::from_static("/"));
    let ends = !case.kept;
    let answering = async {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(upstream.read_u8().await.unwrap());
        }
        send(&mut upstream, &case.bytes(), size).await;
        if ends {
            upstream.shutdown().await.unwrap();
        }
    };
    let reading = async {
        let mut outcome = Outcome::default();
        let mut link = Box::new(Client::<RequestBody>::new(Stream::Unix(ours)));
        let headers = HeaderBlock::default();
        link.begin(
            &RequestHead { method: &method, path: &path, headers: &headers, encoded: &(), trailers: None },
            None,
        );
        let head = match link.response(&method, Duration::from_secs(20), &mut |_| ()).await {
            Ok(head) => head,
            Err(RequestError::Invalid(error)) => {
                outcome.refused = Some(kind(error));
                return (outcome, Arc::new(Pool::default()));
            }
            // The head is incomplete.
            Err(_) => return (Outcome { refused: Some("Head".to_owned()), ..outcome }, Arc::new(Pool::default())),
        };
        let pool = Arc::new(Pool::default());
        let (mut body, mut data, mut complete) = (ResponseBody::new(link, &pool), Vec::new(), true);
        while let Some(frame) = poll_fn(|cx| body.poll_frame(cx)).await {
            match frame {
                Ok(frame) => data.extend(frame.into_data().unwrap_or_default()),
                Err(BodyError::Invalid(error)) => outcome.refused = Some(kind(error)),
                Err(_) => complete = false,
            }
        }
        let (method, target) = (String::new(), String::new());
        outcome.read.push(Message { method, target, status: head.status.as_u16(), body: latin(&data), complete });
        (outcome, pool)
    };
    let ((mut outcome, pool), ()) = tokio::join!(reading, answering);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    outcome.kept = pool.take().is_some_and(|mut link| link.is_usable());
    outcome
}

fn kind(error: InvalidResponse) -> String {
    format!("{error:?}").split('(').next().unwrap_or_default().to_owned()
}
