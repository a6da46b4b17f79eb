//! The upstream behind everything that is measured: responses of any size, and a count of received bytes.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::listen::Serve;

/// The default size of a response body, in bytes.
const USUAL: u64 = 1024;
/// Bytes that are handed to hyper at a time.
const CHUNK: usize = 256 * 1024;
static FILLER: [u8; CHUNK] = [b'x'; CHUNK];

/// Responds 200 to everything. `/bytes/N` has N bytes; `/received` says how many bytes of bodies were received.
#[derive(Clone, Default)]
pub(crate) struct Upstream {
    received: Arc<AtomicU64>,
}

impl Upstream {
    async fn answer(&self, request: Request<Incoming>) -> Response<Bulk> {
        let path = request.uri().path();
        let body = if path == "/received" {
            Bulk::Text(Some(self.received.load(Ordering::Relaxed).to_string().into()))
        } else {
            Bulk::Left(path.strip_prefix("/bytes/").and_then(|bytes| bytes.parse().ok()).unwrap_or(USUAL))
        };
        let mut incoming = request.into_body();
        while let Some(Ok(frame)) = incoming.frame().await {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            self.received.fetch_add(bytes as u64, Ordering::Relaxed);
        }
        let mut response = Response::new(body);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        response
    }
}

impl Serve for Upstream {
    async fn connection(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(move |request| {
            let upstream = Arc::clone(&self);
            async move { Ok::<_, Infallible>(upstream.answer(request).await) }
        });
        let _gone = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }
}

/// A body of constant bytes.
enum Bulk {
    /// The number of bytes left to send.
    Left(u64),
    /// Text; `None` once it was sent.
    Text(Option<Bytes>),
}

impl Body for Bulk {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = match &mut *self {
            Self::Left(0) => None,
            Self::Left(left) => {
                let taken = usize::try_from(*left).unwrap_or(CHUNK).min(CHUNK);
                *left -= taken as u64;
                FILLER.get(..taken).map(Bytes::from_static)
            }
            Self::Text(text) => text.take(),
        };
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Left(0) | Self::Text(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Left(left) => SizeHint::with_exact(*left),
            Self::Text(text) => SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64)),
        }
    }
}
