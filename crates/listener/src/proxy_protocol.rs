//! The PROXY protocol header, in which a load balancer names the client of a connection
//! (<https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>, sections 2.1 and 2.2).
//!
//! Reads the header and no byte beyond it: those belong to TLS or HTTP.

use std::io;
use std::net::IpAddr;

use ppp::v2::Protocol;
use ppp::{v1, v2};
use tokio::io::{AsyncRead, AsyncReadExt};

/// First bytes of a text header (version 1).
const TEXT: &[u8] = b"PROXY ";
/// First bytes of a text header without addresses; the rest of the line is ignored.
const UNKNOWN: &[u8] = b"PROXY UNKNOWN";
/// Bytes of the shortest header of either version, `PROXY UNKNOWN` and CRLF.
const SHORTEST: usize = 15;
/// Bytes of the longest text header (section 2.1).
const TEXT_MAX: usize = 107;
/// Bytes of a binary header (version 2) before the part that its length field counts.
const BINARY_HEAD: usize = 16;
/// Largest length field that is accepted: addresses and TLVs.
const BINARY_MAX: usize = 4096;
/// Version 2, command LOCAL: a connection of the load balancer itself, as for a health check.
const LOCAL: u8 = 0x20;

/// The source of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A client at this address.
    Client(IpAddr),
    /// The load balancer itself, as in a health check.
    Own,
    /// A client whose IP address the load balancer does not know.
    Unknown,
}

/// Why the source cannot be read. Messages repeat nothing that was sent.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// Reading failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The connection closed without a byte, as TCP health checks do.
    #[error("the connection closed without a byte")]
    Nothing,
    /// The connection begins with something else.
    #[error("the connection does not begin with a PROXY protocol header")]
    Missing,
    /// The header is malformed.
    #[error("the PROXY protocol header is malformed: {0}")]
    Malformed(&'static str),
    /// The header is longer than the limit.
    #[error("the PROXY protocol header is too long")]
    TooLong,
}

/// Reads the header, of either version, that a connection begins with. The caller applies the deadline.
///
/// # Errors
/// [`HeaderError`]; the connection cannot be used then.
pub async fn read_header<IO: AsyncRead + Unpin>(io: &mut IO) -> Result<Source, HeaderError> {
    let mut head = Vec::with_capacity(TEXT_MAX);
    while head.len() < SHORTEST {
        let missing = SHORTEST - head.len();
        more(io, &mut head, missing).await?;
        if !begins(&head, TEXT) && !begins(&head, v2::PROTOCOL_PREFIX) {
            return Err(HeaderError::Missing);
        }
    }
    if head.starts_with(TEXT) { text(io, head).await } else { binary(io, head).await }
}

async fn text<IO: AsyncRead + Unpin>(io: &mut IO, mut head: Vec<u8>) -> Result<Source, HeaderError> {
    while !head.ends_with(b"\r\n") {
        // Only the end of the line is certain to come, so no more bytes are requested.
        let certain = if head.ends_with(b"\r") { 1 } else { 2 };
        if head.len() + certain > TEXT_MAX {
            return Err(HeaderError::TooLong);
        }
        more(io, &mut head, certain).await?;
    }
    if head.strip_prefix(UNKNOWN).is_some_and(|rest| rest.starts_with(b" ") || rest == b"\r\n") {
        return Ok(Source::Unknown);
    }
    let unreadable = |_| HeaderError::Malformed("no two addresses and ports of one family");
    let header = v1::Header::try_from(head.as_slice()).map_err(unreadable)?;
    Ok(match header.addresses {
        v1::Addresses::Tcp4(addresses) => Source::Client(addresses.source_address.into()),
        v1::Addresses::Tcp6(addresses) => Source::Client(addresses.source_address.into()),
        v1::Addresses::Unknown => Source::Unknown,
    })
}

async fn binary<IO: AsyncRead + Unpin>(io: &mut IO, mut head: Vec<u8>) -> Result<Source, HeaderError> {
    let missing = BINARY_HEAD.saturating_sub(head.len());
    more(io, &mut head, missing).await?;
    let Some(&[command, _, high, low]) = head.last_chunk() else { return Err(HeaderError::Missing) };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > BINARY_MAX {
        return Err(HeaderError::TooLong);
    }
    let whole = BINARY_HEAD + length;
    while head.len() < whole {
        let missing = whole - head.len();
        more(io, &mut head, missing).await?;
    }
    // The family and addresses of LOCAL are ignored (section 2.2).
    if command == LOCAL {
        return Ok(Source::Own);
    }
    let unreadable = |_| HeaderError::Malformed("no such version, command or family, or too short for its addresses");
    let header = v2::Header::try_from(head.as_slice()).map_err(unreadable)?;
    let source = match header.addresses {
        v2::Addresses::IPv4(addresses) => Source::Client(addresses.source_address.into()),
        v2::Addresses::IPv6(addresses) => Source::Client(addresses.source_address.into()),
        v2::Addresses::Unix(_) | v2::Addresses::Unspecified => Source::Unknown,
    };
    // An unspecified family goes with an unspecified protocol only.
    let unspecified = matches!(header.addresses, v2::Addresses::Unspecified);
    if unspecified != (header.protocol == Protocol::Unspecified) {
        return Err(HeaderError::Malformed("no such family and protocol"));
    }
    Ok(source)
}

/// Reads at least one byte and at most `most`.
async fn more<IO: AsyncRead + Unpin>(io: &mut IO, head: &mut Vec<u8>, most: usize) -> Result<(), HeaderError> {
    match (&mut *io).take(most as u64).read_buf(head).await? {
        0 if head.is_empty() => Err(HeaderError::Nothing),
        0 => Err(HeaderError::Malformed("it breaks off")),
        _ => Ok(()),
    }
}

/// Whether the bytes begin with the prefix, or with a part of it that may still be completed.
fn begins(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes.starts_with(prefix) || prefix.starts_with(bytes)
}

#[cfg(test)]
mod tests;
