//! Hundreds of requests at once, in pieces of any size and with pauses anywhere. A wake-up that gets lost anywhere would
//! leave one of them waiting, and 504 at the end.

use std::convert::Infallible;
use std::time::Duration;

use http::{Method, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Incoming};
use postern_proxy::{Protocol, UpstreamAddress, UpstreamConfig};

use crate::support::{AnyBody, Stack, upstream};

/// Steps of a generator of pseudo-random numbers (xorshift), so that a run can be repeated.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % (most + 1)
    }

    /// No pause, a short one, or a moment's.
    async fn pause(&mut self) {
        match self.roll(9) {
            0 => tokio::time::sleep(Duration::from_micros(self.roll(3000))).await,
            1..4 => tokio::task::yield_now().await,
            _ => {}
        }
    }
}

/// A body of so many bytes, which say where they are, in pieces of random sizes.
fn pieces(dice: Dice, length: usize, known: bool) -> AnyBody {
    let frames = futures_util::stream::unfold((dice, 0), move |(mut dice, at)| async move {
        if at == length {
            return None;
        }
        dice.pause().await;
        let most = if dice.roll(3) == 0 { 40_000 } else { 700 };
        let piece = (length - at).min(1 + dice.roll(most) as usize);
        let bytes: Bytes = (at..at + piece).map(byte_at).collect();
        Some((Ok::<_, Infallible>(Frame::data(bytes)), (dice, at + piece)))
    });
    let body = StreamBody::new(frames);
    if known { Box::pin(Sized(Box::pin(body), length as u64)) } else { Box::pin(body) }
}

fn byte_at(at: usize) -> u8 {
    (at % 251) as u8
}

/// A body whose length is known beforehand.
struct Sized(AnyBody, u64);

impl http_body::Body for Sized {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.as_mut().poll_frame(cx)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.1)
    }
}

/// Takes a body at a random pace; gives its length.
async fn taken(
    mut body: impl http_body::Body<Data = Bytes, Error = impl std::fmt::Debug> + Unpin,
    mut dice: Dice,
) -> usize {
    let mut at = 0;
    while let Some(frame) = body.frame().await {
        for byte in frame.unwrap().into_data().unwrap() {
            assert_eq!(byte, byte_at(at));
            at += 1;
        }
        dice.pause().await;
    }
    at
}

/// What a request asks for is in its path: `/mode/seed/length`.
async fn answer(request: Request<Incoming>) -> Response<AnyBody> {
    let path = request.uri().path().to_owned();
    let [mode, seed, length] = path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] else {
        panic!("{path}")
    };
    let (mut dice, length) = (Dice(seed.parse().unwrap()), length.parse::<usize>().unwrap());
    dice.pause().await;
    let body = request.into_body();
    let answer = match mode {
        // Reads all, then answers.
        "after" => {
            let length = taken(body, dice.clone()).await;
            pieces(dice.clone(), length, dice.roll(1) == 0)
        }
        // Answers while it reads.
        "meanwhile" => Box::pin(body.map_err(|error| -> Infallible { panic!("{error}") })) as AnyBody,
        // Reads nothing but what there is not.
        _ => pieces(dice.clone(), length, dice.roll(1) == 0),
    };
    Response::new(answer)
}

async fn stressed(http2: bool) {
    const CLIENTS: u64 = 60;
    const REQUESTS: u64 = 12;
    let address: UpstreamAddress = upstream(http2, answer).await;
    let stack = Stack::new(|config| {
        config.upstreams[0].0 = UpstreamConfig {
            protocol: if http2 { Protocol::Http2 } else { Protocol::Http1 },
            timeout: Duration::from_secs(20),
            // Connections are opened one at a time; a loaded machine takes long for it.
            connect_timeout: Duration::from_secs(60),
            ..UpstreamConfig::plain("app", address)
        };
    })
    .await;
    let mut running = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let (mut first, second) = stack.browsers::<AnyBody>().await;
        let cookie = stack.full();
        running.spawn(async move {
            let request = |number: u64| {
                let seed = 1 + (client * REQUESTS + number) * 2_654_435_761;
                let mut dice = Dice(seed);
                let length = dice.roll(150_000) as usize;
                let mode = ["after", "meanwhile", "only"][dice.roll(2) as usize];
                let method = if mode == "only" { Method::GET } else { Method::POST };
                let body = pieces(dice.clone(), if mode == "only" { 0 } else { length }, dice.roll(1) == 0);
                let path = format!("/{mode}/{seed}/{length}");
                let request = Request::builder().method(method).header("cookie", &cookie);
                (request, path, body, length, dice)
            };
            // One after the other on one connection, and all at once on the other.
            let mut streams = tokio::task::JoinSet::new();
            for number in 0..REQUESTS / 2 {
                let (request, path, body, length, dice) = request(number);
                let sent = request.uri(format!("https://example.com{path}")).body(body).unwrap();
                let answered = second.clone().send_request(sent);
                streams.spawn(async move {
                    let response = answered.await.unwrap();
                    assert_eq!(response.status(), 200, "{path}");
                    assert_eq!(taken(response.into_body(), dice).await, length, "{path}");
                });
            }
            for number in REQUESTS / 2..REQUESTS {
                let (request, path, body, length, dice) = request(number);
                first.ready().await.unwrap();
                let sent = request.uri(&path).header("host", "example.com").body(body).unwrap();
                let response = first.send_request(sent).await.unwrap();
                assert_eq!(response.status(), 200, "{path}");
                assert_eq!(taken(response.into_body(), dice).await, length, "{path}");
            }
            streams.join_all().await;
        });
    }
    tokio::time::timeout(Duration::from_secs(100), running.join_all()).await.expect("an end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_wake_up_is_lost_over_http_1() {
    stressed(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_wake_up_is_lost_over_http_2() {
    stressed(true).await;
}
