//! The header of the PROXY protocol, by which a load balancer tells whose connection it passes on
//! (<https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>, sections 2.1 and 2.2).
//!
//! Exactly the header is read and not a byte behind it: that belongs to TLS or HTTP.

use std::io;
use std::net::IpAddr;

use ppp::v2::Protocol;
use ppp::{v1, v2};
use tokio::io::{AsyncRead, AsyncReadExt};

/// What every text header begins with.
const TEXT: &[u8] = b"PROXY ";
/// A text header that tells nothing; the rest of its line does not matter.
const UNKNOWN: &[u8] = b"PROXY UNKNOWN";
/// Bytes of the shortest header of all, `PROXY UNKNOWN` with its end of line.
const SHORTEST: usize = 15;
/// Bytes of the longest text header (section 2.1).
const TEXT_MAX: usize = 107;
/// Bytes of a binary header before what its length counts.
const BINARY_HEAD: usize = 16;
/// Bytes that a binary header may say that it has: addresses, and what load balancers tell besides them.
const BINARY_MAX: usize = 4096;
/// Version 2, and a connection that the load balancer makes for itself.
const LOCAL: u8 = 0x20;

/// Whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// That of the client at this address.
    Client(IpAddr),
    /// The load balancer's own, to see whether anybody is here.
    Own,
    /// That of a client without an IP address that the load balancer knows.
    Unknown,
}

/// Why there is no telling. None of it repeats what was sent.
#[derive(Debug, thiserror::Error)]
pub enum BadHeader {
    /// The connection broke off.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It closed before it had begun, as checks do that only connect.
    #[error("the connection closed without a byte")]
    Nothing,
    /// Something else was sent.
    #[error("the connection does not begin with a PROXY protocol header")]
    Missing,
    /// It was sent, and cannot be read.
    #[error("the PROXY protocol header is malformed: {0}")]
    Malformed(&'static str),
    /// It is longer than any that is needed.
    #[error("the PROXY protocol header is too long")]
    TooLong,
}

/// Reads the header, of either version, that a connection has to begin with. The caller holds it to a deadline.
///
/// # Errors
/// Whatever is no header; the connection is then good for nothing.
pub async fn read_header<IO: AsyncRead + Unpin>(io: &mut IO) -> Result<Told, BadHeader> {
    let mut head = Vec::with_capacity(TEXT_MAX);
    while head.len() < SHORTEST {
        let missing = SHORTEST - head.len();
        more(io, &mut head, missing).await?;
        if !begins(&head, TEXT) && !begins(&head, v2::PROTOCOL_PREFIX) {
            return Err(BadHeader::Missing);
        }
    }
    if head.starts_with(TEXT) { text(io, head).await } else { binary(io, head).await }
}

async fn text<IO: AsyncRead + Unpin>(io: &mut IO, mut head: Vec<u8>) -> Result<Told, BadHeader> {
    while !head.ends_with(b"\r\n") {
        // Of what is to come only the end of the line is certain, so no more is asked for.
        let certain = if head.ends_with(b"\r") { 1 } else { 2 };
        if head.len() + certain > TEXT_MAX {
            return Err(BadHeader::TooLong);
        }
        more(io, &mut head, certain).await?;
    }
    if head.strip_prefix(UNKNOWN).is_some_and(|rest| rest.starts_with(b" ") || rest == b"\r\n") {
        return Ok(Told::Unknown);
    }
    let unreadable = |_| BadHeader::Malformed("no two addresses and ports of one family");
    let header = v1::Header::try_from(head.as_slice()).map_err(unreadable)?;
    Ok(match header.addresses {
        v1::Addresses::Tcp4(addresses) => Told::Client(addresses.source_address.into()),
        v1::Addresses::Tcp6(addresses) => Told::Client(addresses.source_address.into()),
        v1::Addresses::Unknown => Told::Unknown,
    })
}

async fn binary<IO: AsyncRead + Unpin>(io: &mut IO, mut head: Vec<u8>) -> Result<Told, BadHeader> {
    let missing = BINARY_HEAD.saturating_sub(head.len());
    more(io, &mut head, missing).await?;
    let Some(&[command, _, high, low]) = head.last_chunk() else { return Err(BadHeader::Missing) };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > BINARY_MAX {
        return Err(BadHeader::TooLong);
    }
    let whole = BINARY_HEAD + length;
    while head.len() < whole {
        let missing = whole - head.len();
        more(io, &mut head, missing).await?;
    }
    // Addresses, and their very family, are to be ignored then.
    if command == LOCAL {
        return Ok(Told::Own);
    }
    let unreadable = |_| BadHeader::Malformed("no such version, command or family, or too short for its addresses");
    let header = v2::Header::try_from(head.as_slice()).map_err(unreadable)?;
    let told = match header.addresses {
        v2::Addresses::IPv4(addresses) => Told::Client(addresses.source_address.into()),
        v2::Addresses::IPv6(addresses) => Told::Client(addresses.source_address.into()),
        v2::Addresses::Unix(_) | v2::Addresses::Unspecified => Told::Unknown,
    };
    // Half of "unspecified" is none of the seven values that there are.
    let unspecified = matches!(header.addresses, v2::Addresses::Unspecified);
    if unspecified != (header.protocol == Protocol::Unspecified) {
        return Err(BadHeader::Malformed("no such family and protocol"));
    }
    Ok(told)
}

/// Reads at least one byte, and at most so many.
async fn more<IO: AsyncRead + Unpin>(io: &mut IO, head: &mut Vec<u8>, most: usize) -> Result<(), BadHeader> {
    match (&mut *io).take(most as u64).read_buf(head).await? {
        0 if head.is_empty() => Err(BadHeader::Nothing),
        0 => Err(BadHeader::Malformed("it breaks off")),
        _ => Ok(()),
    }
}

/// Whether these bytes begin with, or may become, what begins so.
fn begins(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes.starts_with(prefix) || prefix.starts_with(bytes)
}

#[cfg(test)]
mod tests;
