use proptest::prelude::*;

use super::{Limits, RequestValidator, Violation};

const LIMITS: Limits = Limits { head: 512, chunk_extension: 16 };

/// The verdict on a stream cut into pieces of these lengths (the rest is one piece): clean bytes, and the violation.
fn scan(stream: &[u8], cuts: &[usize]) -> (usize, Option<Violation>) {
    let mut framing = RequestValidator::new(LIMITS);
    let (mut clean, mut rest) = (0, stream);
    let mut cuts = cuts.iter();
    while !rest.is_empty() {
        let length = cuts.next().copied().unwrap_or(rest.len()).clamp(1, rest.len());
        let (piece, after) = rest.split_at(length);
        let scan = framing.scan(piece);
        clean += scan.clean;
        if scan.violation.is_some() {
            return (clean, scan.violation);
        }
        assert_eq!(scan.clean, piece.len());
        rest = after;
    }
    (clean, None)
}

const SOUND: &[&str] = &[
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://a/b?c HTTP/1.1\r\nhOST:a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Tab:\ta\tb \r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-Bytes: \u{e9}\u{20ac}\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n\r\n\0\n:GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n\n\r\n\0:\r\nA;x=y\r\n0123456789\r\n0\r\n\r\nGET / \
     HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding:\tChunked \r\n\r\n000\r\nX-Trailer: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Lengthy: 1\r\nX-Transfer-Encoding: gzip\r\n\r\n",
];

#[test]
fn sound_requests_pass_whole() {
    for stream in SOUND {
        assert_eq!(scan(stream.as_bytes(), &[]), (stream.len(), None), "{stream:?}");
    }
}

const UNSOUND: &[(&str, Violation)] = &[
    // The request line.
    ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", Violation::RequestLine),
    ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", Violation::RequestLine),
    (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", Violation::Method),
    ("G\0T / HTTP/1.1\r\nHost: a\r\n\r\n", Violation::RequestLine),
    ("GET /\r\n", Violation::RequestLine),
    ("GET / \r\n", Violation::RequestLine),
    ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", Violation::LineEnd),
    ("GET / HTTP/1.1\nHost: a\r\n\r\n", Violation::LineEnd),
    ("GET / HTTP/1.1\rHost: a\r\n\r\n", Violation::LineEnd),
    ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", Violation::RequestLine),
    ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", Violation::RequestLine),
    ("GET / http/1.1\r\nHost: a\r\n\r\n", Violation::RequestLine),
    ("GET / HTTP/01.1\r\nHost: a\r\n\r\n", Violation::RequestLine),
    ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", Violation::RequestLine),
    ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", Violation::Target),
    ("GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", Violation::Target),
    ("GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", Violation::Target),
    ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", Violation::Target),
    ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", Violation::Method),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Violation::Method),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZ / HTTP/1.1\r\nHost: a\r\n\r\n", Violation::RequestLine),
    // LineScanner.
    ("GET / HTTP/1.1\r\nHost: a\n\r\n", Violation::LineEnd),
    ("GET / HTTP/1.1\r\nHost: a\r\n\n", Violation::LineEnd),
    ("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", Violation::LineEnd),
    ("GET / HTTP/1.1\r\nHost: a\r\n\rX: b\r\n\r\n", Violation::LineEnd),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n", Violation::LineEnd),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", Violation::ObsFold),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n", Violation::ObsFold),
    ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", Violation::ObsFold),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", Violation::HeaderName),
    ("GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", Violation::HeaderName),
    ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", Violation::HeaderName),
    ("GET / HTTP/1.1\r\nHost: a\r\nX\u{e9}: b\r\n\r\n", Violation::HeaderName),
    ("GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n", Violation::HeaderName),
    ("GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n", Violation::HeaderName),
    ("GET / HTTP/1.1\r\nHost: a\r\nNoColon\r\n\r\n", Violation::LineEnd),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\0\r\n\r\n", Violation::HeaderValue),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: 0123456789abcdef\x0b\r\n\r\n", Violation::HeaderValue),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", Violation::HeaderValue),
    ("GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n", Violation::HeaderValue),
    // Hosts.
    ("GET / HTTP/1.1\r\n\r\n", Violation::Host),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", Violation::Host),
    ("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", Violation::Host),
    ("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", Violation::Host),
    // Lengths.
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", Violation::ContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", Violation::ContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", Violation::ContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", Violation::ContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", Violation::ContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", Violation::ContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n", Violation::ContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", Violation::ContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", Violation::ContentLength),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        Violation::TransferEncoding,
    ),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        Violation::TransferEncoding,
    ),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", Violation::TransferEncoding),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n", Violation::TransferEncoding),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", Violation::TransferEncoding),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", Violation::TransferEncoding),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", Violation::TransferEncoding),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n", Violation::TransferEncoding),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", Violation::TransferEncoding),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n", Violation::HeaderValue),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        Violation::TransferEncoding,
    ),
    ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", Violation::TransferEncoding),
    // Upgrades.
    ("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n", Violation::Upgrade),
    ("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket, H2C\r\n\r\n", Violation::Upgrade),
    ("GET / HTTP/1.1\r\nHost: a\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n", Violation::Upgrade),
    // The second request is held to the same.
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n", Violation::Host),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n01GET / HTTP/1.1\nHost: a\r\n\r\n", Violation::LineEnd),
    ("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n\u{81}\u{85}", Violation::RequestLine),
];

const CHUNKS: &[(&str, Violation)] = &[
    ("\r\n", Violation::Chunk),
    ("x\r\n", Violation::Chunk),
    ("-1\r\n", Violation::Chunk),
    ("+1\r\n", Violation::Chunk),
    (" 1\r\n", Violation::Chunk),
    ("1 \r\n", Violation::Chunk),
    ("0x1\r\n", Violation::Chunk),
    ("1_0\r\n", Violation::Chunk),
    ("1,\r\n", Violation::Chunk),
    ("1\nA\r\n", Violation::Chunk),
    ("1\rA\r\n", Violation::Chunk),
    ("1\r\nAB\r\n", Violation::Chunk),
    ("1\r\nA\n", Violation::Chunk),
    ("1\r\nA\r\r\n", Violation::Chunk),
    ("1;a\nb\r\n", Violation::Chunk),
    ("1;a\0b\r\n", Violation::Chunk),
    ("1;0123456789abcdef\r\n", Violation::TooLarge),
    ("1000000000000\r\n", Violation::Chunk),
    ("10000000000000001\r\n", Violation::Chunk),
    ("0\r\nX : y\r\n\r\n", Violation::HeaderName),
    ("0\r\nX: y\r\n z\r\n\r\n", Violation::ObsFold),
    ("0\r\nX: y\n\r\n", Violation::LineEnd),
    ("0\r\nContent-Length: 1\r\n\r\n", Violation::Chunk),
    ("0\r\nTransfer-Encoding: chunked\r\n\r\n", Violation::Chunk),
    ("0\r\nHost: b\r\n\r\n", Violation::Chunk),
];

const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn whatever_two_servers_could_read_differently_is_refused() {
    for (stream, violation) in UNSOUND {
        assert_eq!(scan(stream.as_bytes(), &[]).1, Some(*violation), "{stream:?}");
    }
    for (body, violation) in CHUNKS {
        let (clean, found) = scan(format!("{CHUNKED}{body}").as_bytes(), &[]);
        assert_eq!(found, Some(*violation), "{body:?}");
        assert!(clean >= CHUNKED.len());
    }
}

/// Values are compared sixteen bytes at a time, so that a position within a block, across two, or behind the last could be
/// missed.
#[test]
fn a_forbidden_byte_is_found_at_every_position_of_a_value() {
    let forbidden = (0..=0x1f).chain([0x7f]).filter(|byte| !matches!(byte, b'\t' | b'\r' | b'\n'));
    let before = "GET / HTTP/1.1\r\nHost: a\r\nX-A: ".len();
    for byte in forbidden {
        for length in [1, 15, 16, 17, 31, 32, 33, 50] {
            for position in 0..length {
                let mut value = vec![b'a'; length];
                value[position] = byte;
                let stream = [b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ", value.as_slice(), b"\r\n\r\n"].concat();
                let found = (before + position, Some(Violation::HeaderValue));
                for cuts in [&[][..], &[before], &[before + position / 2], &[1; 120]] {
                    assert_eq!(scan(&stream, cuts), found, "{byte:#x} at {position} of {length}, {cuts:?}");
                }
            }
        }
    }
}

#[test]
fn every_other_byte_may_stand_at_every_position_of_a_value() {
    for byte in (0x80..=0xff).chain(*b"\t ~!") {
        for position in 0..33 {
            let mut value = vec![b'a'; 33];
            value[position] = byte;
            let stream = [b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ", value.as_slice(), b"\r\n\r\n"].concat();
            for cuts in [&[][..], &[40]] {
                assert_eq!(scan(&stream, cuts), (stream.len(), None), "{byte:#x} at {position}");
            }
        }
    }
}

/// A value too long to be kept could name HTTP/2 at its end.
#[test]
fn an_upgrade_that_is_too_long_to_read_is_refused() {
    for value in [format!("{}, h2c", "a".repeat(500)), "a".repeat(500), "websocket, h2".to_owned(), "xh2".to_owned()] {
        let stream = format!("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: {value}\r\n\r\n");
        let limits = Limits { head: 2048, ..LIMITS };
        let found = RequestValidator::new(limits).scan(stream.as_bytes()).violation;
        assert_eq!(found, Some(Violation::Upgrade), "{value}");
    }
}

#[test]
fn no_violation_comes_later_than_the_last_byte_of_its_head() {
    for (stream, _) in UNSOUND {
        let (clean, _) = scan(stream.as_bytes(), &[]);
        // What is clean never completes the refused head: it holds no more ends of heads than sound requests before.
        let complete = stream.as_bytes()[..clean].windows(4).filter(|four| four == b"\r\n\r\n").count();
        let before = stream[..clean].matches("HTTP/1.").count().saturating_sub(1);
        assert!(complete <= before.max(usize::from(stream.contains("websocket\r\n\r\n"))), "{stream:?}");
    }
}

#[test]
fn a_head_at_the_limit_passes_and_one_byte_more_does_not() {
    let head = |length: usize| {
        let rest = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".len();
        format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(length - rest))
    };
    let twice = format!("{}{}", head(LIMITS.head), head(LIMITS.head));
    assert_eq!(scan(twice.as_bytes(), &[]), (2 * LIMITS.head, None));
    assert_eq!(scan(head(LIMITS.head + 1).as_bytes(), &[]), (LIMITS.head, Some(Violation::TooLarge)));
    let target = format!("GET /{}", "a".repeat(LIMITS.head));
    assert_eq!(scan(target.as_bytes(), &[]), (LIMITS.head, Some(Violation::TooLarge)));
    let trailers = format!("{CHUNKED}0\r\nX: {}\r\n\r\n", "x".repeat(LIMITS.head));
    assert_eq!(scan(trailers.as_bytes(), &[]).1, Some(Violation::TooLarge));
    let trailers = |count: usize| format!("{CHUNKED}0\r\n{}\r\n", "A:\r\n".repeat(count));
    assert_eq!(scan(trailers(100).as_bytes(), &[]).1, None);
    assert_eq!(scan(trailers(101).as_bytes(), &[]).1, Some(Violation::TooLarge));
}

#[test]
fn a_value_that_is_padded_beyond_what_is_kept_is_judged_alike_in_one_piece_and_in_many() {
    for padding in [40, 47, 48, 49, 60] {
        for line in ["Content-Length: 3", "Content-Length:", "Host: a"] {
            let (host, padding) = (if line.starts_with('H') { "" } else { "Host: a\r\n" }, " ".repeat(padding));
            let stream = format!("POST / HTTP/1.1\r\n{host}{line}{padding}\r\n\r\nabc");
            assert_eq!(scan(stream.as_bytes(), &[]), scan(stream.as_bytes(), &vec![1; stream.len()]), "{stream:?}");
        }
    }
}

proptest! {
    #[test]
    fn the_verdict_does_not_depend_on_how_the_stream_is_cut(
        first in 0..SOUND.len(),
        second in 0..(SOUND.len() + UNSOUND.len() + CHUNKS.len()),
        cuts in prop::collection::vec(1..40_usize, 0..60),
        flip in prop::option::of((0..400_usize, any::<u8>())),
    ) {
        let last = match second.checked_sub(SOUND.len()) {
            None => SOUND[second].to_owned(),
            Some(index) => match index.checked_sub(UNSOUND.len()) {
                None => UNSOUND[index].0.to_owned(),
                Some(index) => format!("{CHUNKED}{}", CHUNKS[index].0),
            },
        };
        let mut stream = format!("{}{last}", SOUND[first]).into_bytes();
        if let Some((at, byte)) = flip && let Some(slot) = stream.get_mut(at) {
            *slot = byte;
        }
        let whole = scan(&stream, &[]);
        prop_assert_eq!(scan(&stream, &cuts), whole);
        let bytewise = vec![1; stream.len()];
        prop_assert_eq!(scan(&stream, &bytewise), whole);
    }

    #[test]
    fn no_bytes_panic(stream in prop::collection::vec(any::<u8>(), 0..200), cuts in prop::collection::vec(1..9_usize, 0..30)) {
        prop_assert_eq!(scan(&stream, &cuts), scan(&stream, &[]));
    }
}
