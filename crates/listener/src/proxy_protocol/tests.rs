use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use proptest::prelude::*;
use tokio::io::ReadBuf;

use super::*;

/// A reader that returns its bytes in pieces of this size.
struct Pieces<'b>(&'b [u8], usize);

impl AsyncRead for Pieces<'_> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let size = self.1.min(buffer.remaining()).min(self.0.len());
        let (piece, left) = self.0.split_at(size);
        buffer.put_slice(piece);
        self.0 = left;
        Poll::Ready(Ok(()))
    }
}

/// Reads a header in pieces of this size. Returns the result and the bytes after the header.
fn read(bytes: &[u8], size: usize) -> (Result<Source, HeaderError>, &[u8]) {
    let mut io = Pieces(bytes, size);
    let result = read_header(&mut io).now_or_never().expect("it waits for nothing");
    (result, io.0)
}

/// A binary header with this payload.
fn binary(command: u8, family: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    [v2::PROTOCOL_PREFIX, &[command, family], &length, payload].concat()
}

fn client(address: &str) -> Source {
    Source::Client(address.parse().unwrap())
}

const V4: [u8; 12] = [192, 0, 2, 7, 10, 0, 0, 1, 0x30, 0x39, 1, 0xbb];

fn v6() -> Vec<u8> {
    let address = |text: &str| text.parse::<std::net::Ipv6Addr>().unwrap().octets();
    [&address("2001:db8::7")[..], &address("2001:db8::1"), &[0, 1, 0, 2]].concat()
}

fn good() -> Vec<(Vec<u8>, Source)> {
    let longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    let tlvs = [&V4[..], &[0x04, 0, 3, 1, 2, 3], &[0x20, 0xff, 0xff], &vec![7; BINARY_MAX - 21]].concat();
    assert_eq!(tlvs.len(), BINARY_MAX);
    vec![
        (b"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n".to_vec(), client("192.0.2.7")),
        (b"PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\n".to_vec(), client("1.1.1.1")),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 1 2\r\n".to_vec(), client("2001:db8::7")),
        (format!("PROXY TCP6 {longest} {longest} 65535 65535\r\n").into_bytes(), client(longest)),
        (b"PROXY UNKNOWN\r\n".to_vec(), Source::Unknown),
        (format!("PROXY UNKNOWN {longest} {longest} 65535 65535\r\n").into_bytes(), Source::Unknown),
        (b"PROXY UNKNOWN a b c d e f g \t h\r\n".to_vec(), Source::Unknown),
        (binary(0x21, 0x11, &V4), client("192.0.2.7")),
        (binary(0x21, 0x12, &V4), client("192.0.2.7")),
        (binary(0x21, 0x11, &tlvs), client("192.0.2.7")),
        (binary(0x21, 0x21, &v6()), client("2001:db8::7")),
        (binary(0x21, 0x31, &[b'/'; 216]), Source::Unknown),
        (binary(0x21, 0x00, &[]), Source::Unknown),
        (binary(0x21, 0x00, &V4), Source::Unknown),
        (binary(0x20, 0x00, &[]), Source::Own),
        (binary(0x20, 0x11, &V4), Source::Own),
        // The family is ignored.
        (binary(0x20, 0x99, &[1, 2, 3]), Source::Own),
    ]
}

#[test]
fn a_header_is_read_however_it_is_cut_and_not_a_byte_more() {
    for (header, result) in good() {
        for behind in [&b""[..], b"\r\n", b"\n", b"GET / HTTP/1.1\r\n\r\n", b"PROXY TCP4 6.6.6.6 6.6.6.6 6 6\r\n"] {
            let bytes = [&header, behind].concat();
            for size in (1..=20).chain([header.len(), bytes.len()]) {
                let (read, left) = read(&bytes, size);
                assert_eq!(read.unwrap(), result, "{header:?} in pieces of {size}");
                assert_eq!(left, behind, "{header:?} in pieces of {size}");
            }
        }
    }
}

#[test]
fn a_header_that_breaks_off_at_any_byte_tells_nothing() {
    for (header, _) in good() {
        for end in 0..header.len() {
            let error = read(&header[..end], 7).0.unwrap_err();
            match end {
                0 => assert!(matches!(error, HeaderError::Nothing), "{error}"),
                _ => assert!(matches!(error, HeaderError::Malformed(_)), "{error}"),
            }
        }
    }
}

#[test]
fn what_is_no_header_is_refused_at_its_first_wrong_byte() {
    for other in
        [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\x16\x03\x01\x02\0", b"PROXX", b"proxy TCP4", b"\r\n\r\n\0\r\nQUIT\r", b"\n"]
    {
        let (error, left) = read(other, 1);
        assert!(matches!(error.unwrap_err(), HeaderError::Missing), "{other:?}");
        let read = other.len() - left.len();
        assert!(read <= 12, "{read} bytes were waited for");
    }
}

#[test]
fn malformed_headers_are_refused() {
    for line in [
        "PROXY TCP4 192.0.2.7 10.0.0.1 12345\r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 12345 443 \r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 12345 443 x\r\n",
        "PROXY TCP4 192.0.2.7  10.0.0.1 12345 443\r\n",
        "PROXY  TCP4 192.0.2.7 10.0.0.1 12345 443\r\n",
        "PROXY TCP4 192.0.2.256 10.0.0.1 12345 443\r\n",
        "PROXY TCP4 192.0.2.07 10.0.0.1 12345 443\r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 65536 443\r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 -1 443\r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 12345 0443\r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 12345\r443\r\n",
        "PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
        "PROXY TCP6 192.0.2.7 10.0.0.1 1 2\r\n",
        "PROXY TCP6 fe80::1%eth0 fe80::2 1 2\r\n",
        "PROXY TCP4 localhost localhost 1 2\r\n",
        "PROXY tcp4 192.0.2.7 10.0.0.1 1 2\r\n",
        "PROXY UDP4 192.0.2.7 10.0.0.1 1 2\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 1 2\n\r\n",
        "PROXY TCP4 192.0.2.\u{661} 10.0.0.1 1 2\r\n",
    ] {
        let error = read(line.as_bytes(), 5).0.unwrap_err();
        assert!(matches!(error, HeaderError::Malformed(_)), "{line:?}: {error}");
    }
    for header in [
        binary(0x22, 0x11, &V4),
        binary(0x2f, 0x11, &V4),
        binary(0x11, 0x11, &V4),
        binary(0x01, 0x11, &V4),
        binary(0x21, 0x41, &V4),
        binary(0x21, 0x13, &V4),
        binary(0x21, 0x10, &V4),
        binary(0x21, 0x01, &V4),
        binary(0x21, 0x11, &V4[..11]),
        binary(0x21, 0x21, &V4),
        binary(0x21, 0x31, &[0; 215]),
        binary(0x21, 0x11, &[]),
    ] {
        let error = read(&header, 5).0.unwrap_err();
        assert!(matches!(error, HeaderError::Malformed(_)), "{header:?}: {error}");
    }
}

#[test]
fn headers_are_bounded() {
    let long = [b"PROXY UNKNOWN ".to_vec(), vec![b'x'; 200]].concat();
    let (error, left) = read(&long, 50);
    assert!(matches!(error.unwrap_err(), HeaderError::TooLong));
    assert!(long.len() - left.len() <= TEXT_MAX);
    let long = binary(0x21, 0x11, &vec![0; BINARY_MAX + 1]);
    let (error, left) = read(&long, 50);
    assert!(matches!(error.unwrap_err(), HeaderError::TooLong));
    assert_eq!(left.len(), BINARY_MAX + 1, "its length is enough to refuse it");
}

proptest! {
    #[test]
    fn any_client_is_told_as_the_load_balancer_wrote_it(source: IpAddr, port: u16, size in 1usize..40) {
        let (word, family, bytes, other) = match source {
            IpAddr::V4(address) => ("TCP4", 0x11, address.octets().to_vec(), "192.0.2.1"),
            IpAddr::V6(address) => ("TCP6", 0x21, address.octets().to_vec(), "2001:db8::1"),
        };
        let line = format!("PROXY {word} {source} {other} {port} 443\r\n");
        prop_assert_eq!(read(line.as_bytes(), size).0.unwrap(), Source::Client(source));
        let payload = [&bytes[..], &bytes, &port.to_be_bytes(), &[1, 187]].concat();
        prop_assert_eq!(read(&binary(0x21, family, &payload), size).0.unwrap(), Source::Client(source));
    }

    #[test]
    fn rubbish_is_refused_and_bounded(rubbish in prop::collection::vec(any::<u8>(), 0..300), size in 1usize..40) {
        for start in [&b""[..], TEXT, b"PROXY TCP4 ", v2::PROTOCOL_PREFIX] {
            let bytes = [start, &rubbish].concat();
            let (result, left) = read(&bytes, size);
            prop_assert!(bytes.len() - left.len() <= BINARY_HEAD + BINARY_MAX);
            if let Ok(Source::Client(_)) = result {
                prop_assert!(bytes.starts_with(TEXT) || bytes.starts_with(v2::PROTOCOL_PREFIX));
            }
        }
    }
}
