//! The byte stream of a connection: TCP or Unix socket, cleartext or TLS, as enums without dynamic dispatch.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::server::TlsStream;

use crate::forward_writes::forward_writes;

/// The client connection preface of HTTP/2 (RFC 9113 §3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// An accepted socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// The stream that carries HTTP.
pub(crate) enum Stream {
    /// Cleartext, with the bytes that were read ahead.
    Plain(Socket, Preread),
    /// TLS. Boxed, since its state would enlarge every connection's task.
    Tls(Box<TlsStream<Socket>>),
}

/// The first bytes of a connection, read to distinguish HTTP/2 from HTTP/1.1; the server reads them again.
#[derive(Debug, Default)]
pub(crate) struct Preread {
    bytes: [u8; PREFACE.len()],
    from: usize,
    to: usize,
}

impl Preread {
    /// Reads until the bytes are or differ from the HTTP/2 preface. Returns them, and whether they are the preface.
    pub(crate) async fn detect(socket: &mut Socket) -> io::Result<(Self, bool)> {
        let mut preread = Self::default();
        while PREFACE.starts_with(preread.left()) && preread.to < PREFACE.len() {
            let room = preread.bytes.get_mut(preread.to..).unwrap_or_default();
            match socket.read(room).await? {
                0 => break,
                count => preread.to += count,
            }
        }
        let http2 = preread.left() == PREFACE;
        Ok((preread, http2))
    }

    fn left(&self) -> &[u8] {
        self.bytes.get(self.from..self.to).unwrap_or_default()
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket, preread) if preread.from == preread.to => Pin::new(socket).poll_read(cx, buffer),
            Self::Plain(_, preread) => {
                let left = preread.left();
                let piece = left.get(..buffer.remaining()).unwrap_or(left);
                buffer.put_slice(piece);
                preread.from += piece.len();
                Poll::Ready(Ok(()))
            }
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Unix(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

forward_writes!([] Socket { Self::Tcp(stream) => stream, Self::Unix(stream) => stream });
forward_writes!([] Stream { Self::Plain(socket, _) => socket, Self::Tls(stream) => stream });
