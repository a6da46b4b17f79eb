//! A request as it goes out: its head, and the body as the client sends it.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::header::{HeaderMap, HeaderName, TRAILER};
use http_body::Body as HttpBody;
use tokio::io::AsyncWrite;

use super::request::{Framing, Head, write_chunk_size, write_trailers};
use crate::hygiene::list;
use crate::upstream::forwarded::{Forwarded, Progress};

/// Bytes of room for a head that are kept between requests.
const KEPT: usize = 16 * 1024;

/// Bytes of a body that wait for the upstream to take them: both sides stay busy, and are woken seldom.
const WAITING_MAX: usize = 256 * 1024;
/// Pieces that are handed over at a time.
const PIECES: usize = 16;

/// What of a request is still to go out: the head, then what waits, then the rest of the body.
#[derive(Debug)]
pub(super) struct Sending<B> {
    head: Vec<u8>,
    /// Bytes of the head that went out.
    led: usize,
    waiting: VecDeque<Bytes>,
    /// Their bytes.
    queued: usize,
    body: Option<Forwarded<B>>,
    framing: Framing,
    /// The trailers that the head announces. Others are left out: not all servers that take chunks expect any (RFC 9110
    /// §6.5.1).
    announced: Vec<HeaderName>,
    /// Whether a byte of it was taken by the connection.
    begun: bool,
    progress: Progress,
}

/// Why a request went out in part.
#[derive(Debug)]
pub(super) enum Unsent<E> {
    /// The connection takes no more.
    Connection(io::Error),
    /// The client's body broke off.
    Body(E),
    /// It was longer or shorter than the client said.
    Length,
}

impl<B> Sending<B> {
    /// Nothing.
    pub(super) fn nothing() -> Self {
        Self {
            head: Vec::new(),
            led: 0,
            waiting: VecDeque::new(),
            queued: 0,
            body: None,
            framing: Framing::Length(0),
            announced: Vec::new(),
            begun: false,
            progress: Progress::default(),
        }
    }

    /// Whether nothing of it reached the connection.
    pub(super) fn is_untouched(&self) -> bool {
        !self.begun
    }

    /// Whether all of it went out.
    pub(super) fn is_done(&self) -> bool {
        self.body.is_none() && self.is_written()
    }

    /// Whether something of the client's body came since this was last asked.
    pub(super) fn has_moved(&self) -> bool {
        self.progress.made()
    }

    /// Sends no more of it.
    pub(super) fn abandon(&mut self) {
        *self = Self { begun: true, ..Self::nothing() };
    }

    fn is_written(&self) -> bool {
        self.led == self.head.len() && self.waiting.is_empty()
    }

    fn put(&mut self, bytes: Bytes) {
        self.queued += bytes.len();
        self.waiting.push_back(bytes);
    }

    /// Counts bytes that went out.
    fn advance(&mut self, written: usize) {
        self.begun |= written > 0;
        let of_head = written.min(self.head.len() - self.led);
        self.led += of_head;
        let mut left = written - of_head;
        self.queued -= left;
        while let Some(piece) = self.waiting.front_mut() {
            if left < piece.len() {
                piece.advance(left);
                break;
            }
            left -= piece.len();
            self.waiting.pop_front();
        }
    }

    fn poll_write<IO: AsyncWrite + Unpin>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let head = self.head.get(self.led..).unwrap_or_default();
        let written = if self.waiting.is_empty() {
            Pin::new(io).poll_write(cx, head)
        } else {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let parts = [head].into_iter().chain(self.waiting.iter().map(|piece| &**piece));
            let mut count = 0;
            for (slice, part) in slices.iter_mut().zip(parts.filter(|part| !part.is_empty())) {
                *slice = IoSlice::new(part);
                count += 1;
            }
            Pin::new(io).poll_write_vectored(cx, slices.get(..count).unwrap_or_default())
        };
        match ready!(written)? {
            0 => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            written => {
                self.advance(written);
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> Sending<B> {
    /// Begins with a request. What was under way must have gone out.
    pub(super) fn begin(&mut self, head: &Head<'_>, body: Forwarded<B>) {
        self.progress = body.progress();
        let body = Some(body).filter(|body| !body.is_end_stream());
        let length = body.as_ref().map_or(Some(0), |body| body.size_hint().exact());
        self.framing = length.map_or(Framing::Chunked, Framing::Length);
        self.body = body;
        self.announced = match self.framing {
            Framing::Chunked => announced(head.headers),
            Framing::Length(_) => Vec::new(),
        };
        self.begun = false;
        self.head.clear();
        self.head.shrink_to(KEPT);
        self.led = 0;
        head.write(&mut self.head, self.framing);
    }

    /// Sends what can be sent. Ready once all of it went out.
    pub(super) fn poll<IO: AsyncWrite + Unpin>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Unsent<B::Error>>> {
        loop {
            // The first piece goes out together with the head, where it is there.
            while self.body.is_some() && self.queued < WAITING_MAX {
                if self.poll_body(cx)?.is_pending() {
                    break;
                }
            }
            if self.is_written() {
                return if self.body.is_none() { Poll::Ready(Ok(())) } else { Poll::Pending };
            }
            ready!(self.poll_write(io, cx)).map_err(Unsent::Connection)?;
        }
    }

    /// Takes the next piece of the body, if it is there.
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, Unsent<B::Error>> {
        let Some(body) = &mut self.body else { return Ok(Poll::Ready(())) };
        let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) else { return Ok(Poll::Pending) };
        let ended = frame.is_none() || body.is_end_stream();
        let mut trailers = None;
        match frame.transpose().map_err(Unsent::Body)?.map(http_body::Frame::into_data) {
            Some(Ok(data)) => self.put_data(data)?,
            Some(Err(frame)) => trailers = frame.into_trailers().ok().map(|trailers| self.only_announced(trailers)),
            None => {}
        }
        if ended || trailers.is_some() {
            self.body = None;
            match self.framing {
                Framing::Length(0) => {}
                Framing::Length(_) => return Err(Unsent::Length),
                Framing::Chunked => {
                    let mut end = b"0\r\n".to_vec();
                    write_trailers(&mut end, &trailers.unwrap_or_default());
                    self.put(end.into());
                }
            }
        }
        Ok(Poll::Ready(()))
    }

    fn only_announced(&self, trailers: HeaderMap) -> HeaderMap {
        let mut kept = HeaderMap::new();
        for name in &self.announced {
            for value in trailers.get_all(name) {
                kept.append(name.clone(), value.clone());
            }
        }
        kept
    }

    fn put_data(&mut self, data: Bytes) -> Result<(), Unsent<B::Error>> {
        match &mut self.framing {
            _ if data.is_empty() => {}
            Framing::Length(left) => {
                *left = left.checked_sub(data.len() as u64).ok_or(Unsent::Length)?;
                self.put(data);
            }
            Framing::Chunked => {
                let mut line = Vec::new();
                write_chunk_size(&mut line, data.len());
                self.put(line.into());
                self.put(data);
                self.put(Bytes::from_static(b"\r\n"));
            }
        }
        Ok(())
    }
}

/// The names in `Trailer`, each once.
fn announced(headers: &HeaderMap) -> Vec<HeaderName> {
    let mut announced = Vec::new();
    for name in headers.get_all(TRAILER).iter().flat_map(list) {
        match HeaderName::from_bytes(name.as_bytes()) {
            Ok(name) if !announced.contains(&name) => announced.push(name),
            _ => {}
        }
    }
    announced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::added::Added;
    use std::convert::Infallible;
    use std::future::poll_fn;

    use futures_util::stream;
    use http::uri::PathAndQuery;
    use http::{HeaderValue, Method};
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};
    use tokio::io::AsyncReadExt;

    /// What goes out of a request with this body, through a connection that takes few bytes at a time.
    async fn sent<B>(body: B) -> Result<String, Unsent<B::Error>>
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        announcing(&[], body).await
    }

    /// The same of a request that announces trailers.
    async fn announcing<B>(trailers: &[&'static str], body: B) -> Result<String, Unsent<B::Error>>
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        let (mut ours, mut theirs) = tokio::io::duplex(7);
        let (method, path) = (Method::PUT, PathAndQuery::from_static("/"));
        let headers = trailers.iter().map(|names| (TRAILER, HeaderValue::from_static(names))).collect();
        let mut sending = Sending::nothing();
        sending.begin(
            &Head { method: &method, path: &path, headers: &headers, added: &Added::default() },
            Forwarded::new(body),
        );
        assert!(sending.is_untouched() && !sending.is_done());
        let sender = async {
            let ended = poll_fn(|cx| sending.poll(&mut ours, cx)).await;
            drop(ours);
            ended
        };
        let mut read = String::new();
        let (ended, _) = tokio::join!(sender, theirs.read_to_string(&mut read));
        ended.map(|()| {
            assert!(sending.is_done() && !sending.is_untouched());
            read
        })
    }

    fn frames(frames: Vec<Frame<Bytes>>) -> impl HttpBody<Data = Bytes, Error = Infallible> + Unpin {
        StreamBody::new(stream::iter(frames.into_iter().map(Ok)))
    }

    fn data(text: &'static str) -> Frame<Bytes> {
        Frame::data(Bytes::from_static(text.as_bytes()))
    }

    #[tokio::test]
    async fn a_body_of_known_length_goes_out_as_it_is() {
        let sent = sent(Full::new(Bytes::from_static(b"hello world"))).await.unwrap();
        assert_eq!(sent, "PUT / HTTP/1.1\r\ncontent-length: 11\r\n\r\nhello world");
    }

    #[tokio::test]
    async fn a_body_of_unknown_length_goes_out_in_chunks() {
        let head = "PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
        let pieces = || vec![data("hello"), data(""), data(" wonderful world")];
        assert_eq!(
            sent(frames(pieces())).await.unwrap(),
            format!("{head}5\r\nhello\r\n10\r\n wonderful world\r\n0\r\n\r\n")
        );
        assert_eq!(sent(frames(vec![])).await.unwrap(), format!("{head}0\r\n\r\n"));
    }

    #[tokio::test]
    async fn trailers_go_out_as_far_as_they_were_announced() {
        let body = || {
            let line = |name: &str| (name.parse().unwrap(), HeaderValue::from_static("x"));
            frames(vec![data("hello"), Frame::trailers(HeaderMap::from_iter(["digest", "b", "b"].map(line)))])
        };
        for (announced, expected) in
            [(&[][..], ""), (&["Digest"], "digest: x\r\n"), (&["a, b , b", "digest"], "b: x\r\nb: x\r\ndigest: x\r\n")]
        {
            let sent = announcing(announced, body()).await.unwrap();
            assert!(sent.ends_with(&format!("\r\n5\r\nhello\r\n0\r\n{expected}\r\n")), "{sent}");
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_or_lies_about_its_length_is_an_error() {
        let broken = StreamBody::new(stream::iter([Ok(data("a")), Err("gone")]));
        assert!(matches!(sent(broken).await, Err(Unsent::Body("gone"))));
        for pieces in [vec![data("abc")], vec![data("abc"), data("abcd")]] {
            let lying = Lying(Box::pin(stream::iter(pieces)));
            assert!(matches!(sent(lying).await, Err(Unsent::Length)));
        }
        let honest = Lying(Box::pin(stream::iter([data("abc"), data("abc")])));
        assert!(sent(honest).await.is_ok());
    }

    /// Says that it has six bytes.
    struct Lying<S>(Pin<Box<S>>);

    impl<S: futures_util::Stream<Item = Frame<Bytes>>> HttpBody for Lying<S> {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0.as_mut().poll_next(cx).map(|frame| frame.map(Ok))
        }

        fn size_hint(&self) -> http_body::SizeHint {
            http_body::SizeHint::with_exact(6)
        }
    }
}
