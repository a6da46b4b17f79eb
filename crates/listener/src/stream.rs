//! The byte stream of a connection: TCP or a Unix socket, in the clear or under TLS, behind one type without boxes on
//! the way of a byte.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::server::TlsStream;

/// What a client that speaks HTTP/2 from the start sends first (RFC 9113 §3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// An accepted socket.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// A connection that HTTP is spoken on.
pub(super) enum Stream {
    /// In the clear; bytes that were looked at are read first.
    Plain(Socket, Seen),
    /// Under TLS. Its state is large and would make every task that large.
    Tls(Box<TlsStream<Socket>>),
}

/// The first bytes of a connection, read to tell HTTP/2 from HTTP/1.1.
#[derive(Debug, Default)]
pub(super) struct Seen {
    bytes: [u8; PREFACE.len()],
    from: usize,
    to: usize,
}

impl Seen {
    /// Reads until it is certain whether the client begins as one of HTTP/2 does. Gives that too.
    pub(super) async fn look(socket: &mut Socket) -> io::Result<(Self, bool)> {
        let mut seen = Self::default();
        while PREFACE.starts_with(seen.left()) && seen.to < PREFACE.len() {
            let room = seen.bytes.get_mut(seen.to..).unwrap_or_default();
            match socket.read(room).await? {
                0 => break,
                count => seen.to += count,
            }
        }
        let http2 = seen.left() == PREFACE;
        Ok((seen, http2))
    }

    fn left(&self) -> &[u8] {
        self.bytes.get(self.from..self.to).unwrap_or_default()
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket, seen) if seen.from == seen.to => Pin::new(socket).poll_read(cx, buffer),
            Self::Plain(_, seen) => {
                let left = seen.left();
                let piece = left.get(..buffer.remaining()).unwrap_or(left);
                buffer.put_slice(piece);
                seen.from += piece.len();
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

/// Writes with whichever stream there is.
macro_rules! delegate_writes {
    ($type:ty, $($pattern:pat => $stream:ident),+) => {
        impl AsyncWrite for $type {
            fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
                match self.get_mut() { $($pattern => Pin::new($stream).poll_write(cx, bytes)),+ }
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                slices: &[io::IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                match self.get_mut() { $($pattern => Pin::new($stream).poll_write_vectored(cx, slices)),+ }
            }

            fn is_write_vectored(&self) -> bool {
                match self { $($pattern => $stream.is_write_vectored()),+ }
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                match self.get_mut() { $($pattern => Pin::new($stream).poll_flush(cx)),+ }
            }

            fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                match self.get_mut() { $($pattern => Pin::new($stream).poll_shutdown(cx)),+ }
            }
        }
    };
}

delegate_writes!(Socket, Self::Tcp(stream) => stream, Self::Unix(stream) => stream);
delegate_writes!(Stream, Self::Plain(socket, _) => socket, Self::Tls(stream) => stream);
