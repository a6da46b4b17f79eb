//! The PROXY protocol header: the client is read where the specification puts it, in whatever pieces the bytes arrive,
//! and nothing behind the header is consumed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::Pin;
use std::task::{Context, Poll};

use postern_listener::{Source, read_header};
use tokio::io::{AsyncRead, ReadBuf};

use crate::faces::runtime;

/// The signature of a binary header (section 2.2).
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A connection that delivers a few bytes at a time.
struct Pieces<'d> {
    left: &'d [u8],
    size: usize,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let (piece, left) = self.left.split_at(self.size.min(self.left.len()).min(buffer.remaining()));
        buffer.put_slice(piece);
        self.left = left;
        Poll::Ready(Ok(()))
    }
}

/// Takes the first bytes of a connection.
pub fn verify(data: &[u8]) {
    let read = |size: usize| {
        let mut pieces = Pieces { left: data, size };
        let told = runtime().block_on(read_header(&mut pieces));
        (told.map_err(|why| why.to_string()), data.len() - pieces.left.len())
    };
    let (told, taken) = read(usize::MAX);
    for size in [1, 3, 16] {
        let (again, taken_again) = read(size);
        assert_eq!(again, told, "in pieces of {size}");
        if told.is_ok() {
            assert_eq!(taken_again, taken, "in pieces of {size}");
        }
    }
    let Ok(told) = told else { return };
    let header = &data[..taken];
    let named = if header.starts_with(SIGNATURE) { named_in_binary(header) } else { named_in_text(header) };
    match told {
        Source::Client(address) => assert_eq!(named, Some(address)),
        Source::Own => assert!(header.starts_with(SIGNATURE) && header[12] == 0x20, "text has no such command"),
        Source::Unknown => assert_eq!(named, None),
    }
}

/// `PROXY TCP4 source destination port port CRLF`.
fn named_in_text(header: &[u8]) -> Option<IpAddr> {
    // Anything may follow UNKNOWN (section 2.1).
    let line = String::from_utf8_lossy(header);
    let line = line.strip_suffix("\r\n").expect("the whole line and no more");
    assert!(header.len() <= 107 && line.starts_with("PROXY "));
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        [_, "TCP4", source, _, _, _] => source.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        [_, "TCP6", source, _, _, _] => source.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        _ => None,
    }
}

/// Signature, version and command, family and protocol, length, addresses.
fn named_in_binary(header: &[u8]) -> Option<IpAddr> {
    assert_eq!(header.len(), 16 + usize::from(u16::from_be_bytes([header[14], header[15]])), "what its length says");
    assert_eq!(header[12] >> 4, 2, "version 2");
    match header[13] >> 4 {
        1 => header[16..].first_chunk::<4>().map(|octets| Ipv4Addr::from(*octets).into()),
        2 => header[16..].first_chunk::<16>().map(|octets| Ipv6Addr::from(*octets).into()),
        _ => None,
    }
}
