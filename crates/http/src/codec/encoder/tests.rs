//! What goes out behind a head, as the other side sees it.

use super::*;
use std::convert::Infallible;
use std::future::poll_fn;

use futures_util::stream;
use http::HeaderValue;
use http_body::Frame;
use http_body_util::{Full, StreamBody};
use tokio::io::AsyncReadExt;

/// What goes out behind a head with this body, through a connection that takes few bytes at a time.
async fn sent<B>(body: B) -> Result<String, EncodeError<B::Error>>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let framing = body.size_hint().exact().map_or(BodyFraming::Chunked, BodyFraming::Length);
    framed(framing, &[], body).await
}

/// The same in this framing, with trailers announced.
async fn framed<B>(framing: BodyFraming, trailers: &[&'static str], body: B) -> Result<String, EncodeError<B::Error>>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let (mut ours, mut theirs) = tokio::io::duplex(7);
    let mut encoder = Encoder::idle();
    encoder
        .begin(framing, announced_trailers(trailers.iter().map(|names| names.as_bytes())))
        .extend_from_slice(b"head\n");
    encoder.set_body(body);
    assert!(encoder.is_unsent() && !encoder.is_done());
    let sender = async {
        let ended = poll_fn(|cx| encoder.poll(&mut ours, cx)).await;
        drop(ours);
        ended
    };
    let mut read = String::new();
    let (ended, _) = tokio::join!(sender, theirs.read_to_string(&mut read));
    ended.map(|()| {
        assert!(encoder.is_done() && !encoder.is_unsent());
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
    assert_eq!(sent, "head\nhello world");
    let unknown = framed(BodyFraming::UntilClose, &[], frames(vec![data("hello"), data(" world")])).await.unwrap();
    assert_eq!(unknown, "head\nhello world");
}

#[tokio::test]
async fn a_body_of_unknown_length_goes_out_in_chunks() {
    let head = "head\n";
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
        let sent = framed(BodyFraming::Chunked, announced, body()).await.unwrap();
        assert!(sent.ends_with(&format!("head\n5\r\nhello\r\n0\r\n{expected}\r\n")), "{sent}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_or_lies_about_its_length_is_an_error() {
    let broken = StreamBody::new(stream::iter([Ok(data("a")), Err("gone")]));
    assert!(matches!(sent(broken).await, Err(EncodeError::Body("gone"))));
    for pieces in [vec![data("abc")], vec![data("abc"), data("abcd")]] {
        let lying = Lying(Box::pin(stream::iter(pieces)));
        assert!(matches!(sent(lying).await, Err(EncodeError::Length)));
    }
    let honest = Lying(Box::pin(stream::iter([data("abc"), data("abc")])));
    assert!(sent(honest).await.is_ok());
}

#[tokio::test]
async fn a_head_that_is_still_on_its_way_goes_before_the_next() {
    let (mut ours, mut theirs) = tokio::io::duplex(4);
    let mut encoder = Encoder::<Full<Bytes>>::idle();
    encoder.begin(BodyFraming::Length(0), Vec::new()).extend_from_slice(b"first\n");
    assert!(poll_fn(|cx| Poll::Ready(encoder.poll(&mut ours, cx).is_pending())).await);
    encoder.begin(BodyFraming::Length(0), Vec::new()).extend_from_slice(b"second\n");
    let sender = async {
        poll_fn(|cx| encoder.poll(&mut ours, cx)).await.unwrap();
        drop(ours);
    };
    let mut read = String::new();
    let ((), _) = tokio::join!(sender, theirs.read_to_string(&mut read));
    assert_eq!(read, "first\nsecond\n");
}

#[tokio::test]
async fn small_parts_are_joined_while_the_peer_does_not_read() {
    let (mut ours, mut theirs) = tokio::io::duplex(64);
    let mut encoder = Encoder::idle();
    encoder.begin(BodyFraming::Chunked, Vec::new()).extend_from_slice(b"head\n");
    let count = 2 * QUEUED_MAX;
    encoder.set_body(frames((0..count).map(|_| data("x")).collect()));
    assert!(poll_fn(|cx| Poll::Ready(encoder.poll(&mut ours, cx).is_pending())).await);
    assert!(encoder.queue.len() <= QUEUED_MAX / HEAD_KEPT + 1, "{}", encoder.queue.len());
    let held = encoder.queue.iter().map(Bytes::len).sum::<usize>() + encoder.tail.capacity() + encoder.head.capacity();
    assert!(held <= QUEUED_MAX + 4 * HEAD_KEPT, "{held}");
    let mut read = String::new();
    let sender = async {
        poll_fn(|cx| encoder.poll(&mut ours, cx)).await.unwrap();
        encoder.release();
        drop(ours);
    };
    let ((), _) = tokio::join!(sender, theirs.read_to_string(&mut read));
    assert_eq!(read, format!("head\n{}0\r\n\r\n", "1\r\nx\r\n".repeat(count)));
    assert_eq!(encoder.tail.capacity() + encoder.head.capacity() + encoder.queue.capacity(), 0);
}

#[tokio::test]
async fn parts_of_all_sizes_keep_their_order() {
    let (mut ours, mut theirs) = tokio::io::duplex(977);
    let mut encoder = Encoder::idle();
    encoder.begin(BodyFraming::UntilClose, Vec::new()).extend_from_slice(b"head\n");
    let parts: Vec<Bytes> = (0..400_usize)
        .map(|index| {
            let length = [1, 3000, 7, 2048, 2049, 40_000, 100][index % 7];
            (0..length).map(|at| b'a' + ((index + at) % 26) as u8).collect()
        })
        .collect();
    encoder.set_body(frames(parts.iter().cloned().map(Frame::data).collect()));
    let mut read = Vec::new();
    let sender = async {
        poll_fn(|cx| encoder.poll(&mut ours, cx)).await.unwrap();
        drop(ours);
    };
    let ((), _) = tokio::join!(sender, theirs.read_to_end(&mut read));
    assert!(read == [&b"head\n"[..], &parts.concat()].concat());
}

#[tokio::test]
async fn what_a_connection_holds_back_is_flushed_before_a_message_is_done() {
    let mut io = tokio::io::BufWriter::new(Vec::new());
    let mut encoder = Encoder::idle();
    encoder.begin(BodyFraming::UntilClose, Vec::new()).extend_from_slice(b"head\n");
    encoder.set_body(frames(vec![data("hello")]));
    poll_fn(|cx| encoder.poll(&mut io, cx)).await.unwrap();
    assert_eq!(io.get_ref(), b"head\nhello");
}

/// Says that it has six bytes.
struct Lying<S>(Pin<Box<S>>);

impl<S: futures_util::Stream<Item = Frame<Bytes>>> HttpBody for Lying<S> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.as_mut().poll_next(cx).map(|frame| frame.map(Ok))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(6)
    }
}
