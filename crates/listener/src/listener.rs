//! TCP and Unix listeners behind one type.

use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::task::{Context, Poll};

use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream, lookup_host};

use super::error::BindError;
use super::socket_activation::{self, Passed};
use super::stream::Socket;
use postern_model::address::Address;

/// Connections that the system holds until they are accepted.
const BACKLOG: u32 = 1024;

/// A bound listener: one socket, or all that were passed under one name. A Unix socket of its own is removed when it is
/// dropped.
#[derive(Debug)]
pub struct Listener {
    sockets: Vec<Bound>,
    address: Address,
    /// Whether a service manager goes on listening when this process does not.
    passed: bool,
}

#[derive(Debug)]
enum Bound {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// Binds. A name is resolved first and its first address that can be bound is taken. A Unix socket that a dead
    /// process left behind is replaced; anybody who can enter its directory may connect. With `shared`, other processes
    /// of the same user may listen on the same address, if they also ask for it, and each gets a part of the connections
    /// (SO_REUSEPORT).
    ///
    /// # Errors
    /// When the address is taken, not of this machine, or was not passed.
    pub async fn bind(address: &Address, passed: &mut Passed, shared: bool) -> Result<Self, BindError> {
        let failed = |source| BindError { address: address.clone(), source };
        let bound = match address {
            Address::Tcp(host, port) if shared => bind_shared(host, *port).await.map(|socket| vec![Bound::Tcp(socket)]),
            Address::Tcp(host, port) => {
                TcpListener::bind((host.as_str(), *port)).await.map(|socket| vec![Bound::Tcp(socket)])
            }
            Address::Unix(path) => bind_unix(path).await.map(|socket| vec![Bound::Unix(socket)]),
            Address::Systemd(name) => {
                passed.named(name).and_then(|sockets| sockets.into_iter().map(Bound::passed).collect())
            }
        };
        let sockets = bound.map_err(failed)?;
        let passed = matches!(address, Address::Systemd(_));
        let address = match sockets.first() {
            Some(Bound::Tcp(socket)) => {
                let bound = socket.local_addr().map_err(failed)?;
                Address::Tcp(bound.ip().to_string(), bound.port())
            }
            _ => address.clone(),
        };
        Ok(Self { sockets, address, passed })
    }

    /// Where it listens, with the port that the system chose.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Whether it was passed to this process, so that it is not to be bound a second time.
    pub fn is_passed(&self) -> bool {
        self.passed
    }

    /// Takes the next connection, and whose it is; nobody's, on a Unix socket.
    pub(super) async fn accept(&mut self) -> io::Result<(Socket, Option<IpAddr>)> {
        let accepted = poll_fn(|cx| self.poll_accept(cx)).await;
        if self.sockets.len() > 1 {
            // So that a flood on one does not keep the others waiting.
            self.sockets.rotate_left(1);
        }
        accepted
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Socket, Option<IpAddr>)>> {
        for socket in &self.sockets {
            let accepted = match socket {
                Bound::Tcp(socket) => {
                    socket.poll_accept(cx).map_ok(|(stream, from)| (Socket::Tcp(stream), Some(from.ip())))
                }
                Bound::Unix(socket) => socket.poll_accept(cx).map_ok(|(stream, _)| (Socket::Unix(stream), None)),
            };
            if let Poll::Ready(accepted) = accepted {
                return Poll::Ready(accepted.and_then(prompt));
            }
        }
        Poll::Pending
    }

    /// Stops listening. Gives the connections that the system had accepted for this listener: they would be reset, while
    /// their clients believe that they are connected. Those of sockets that were passed wait for the next process.
    pub(super) fn close(mut self) -> Vec<(Socket, Option<IpAddr>)> {
        let sockets = std::mem::take(&mut self.sockets);
        if self.passed {
            return Vec::new();
        }
        // Nothing comes between the last look at the queue and the end, so that next to nothing can fall between them.
        sockets.into_iter().flat_map(|socket| socket.drain().unwrap_or_default()).collect()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let (Address::Unix(path), false) = (&self.address, self.passed) {
            // It may be gone already; the next start replaces what is left.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Bound {
    fn passed(socket: socket_activation::Socket) -> io::Result<Self> {
        match socket {
            socket_activation::Socket::Tcp(socket) => {
                socket.set_nonblocking(true)?;
                TcpListener::from_std(socket).map(Self::Tcp)
            }
            socket_activation::Socket::Unix(socket) => {
                socket.set_nonblocking(true)?;
                UnixListener::from_std(socket).map(Self::Unix)
            }
        }
    }

    /// Takes all that waits, and closes. What cannot be taken is closed too.
    fn drain(self) -> io::Result<Vec<(Socket, Option<IpAddr>)>> {
        // Not by way of the reactor, which may not have heard of them yet. A flood must not keep it from closing.
        match self {
            Self::Tcp(socket) => {
                let socket = socket.into_std()?;
                let waiting: Vec<_> = std::iter::from_fn(|| socket.accept().ok()).take(BACKLOG as usize).collect();
                drop(socket);
                let taken = waiting.into_iter().map(|(stream, from)| {
                    stream.set_nonblocking(true)?;
                    prompt((Socket::Tcp(TcpStream::from_std(stream)?), Some(from.ip())))
                });
                Ok(taken.filter_map(Result::ok).collect())
            }
            Self::Unix(socket) => {
                let socket = socket.into_std()?;
                let waiting: Vec<_> = std::iter::from_fn(|| socket.accept().ok()).take(BACKLOG as usize).collect();
                drop(socket);
                let taken = waiting.into_iter().map(|(stream, _)| {
                    stream.set_nonblocking(true)?;
                    Ok((Socket::Unix(UnixStream::from_std(stream)?), None))
                });
                Ok(taken.filter_map(io::Result::ok).collect())
            }
        }
    }
}

/// Answers are small and whole: waiting to fill a segment only delays them.
fn prompt((socket, from): (Socket, Option<IpAddr>)) -> io::Result<(Socket, Option<IpAddr>)> {
    if let Socket::Tcp(stream) = &socket {
        stream.set_nodelay(true)?;
    }
    Ok((socket, from))
}

async fn bind_shared(host: &str, port: u16) -> io::Result<TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in lookup_host((host, port)).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.set_reuseport(true)?;
        match socket.bind(address).and_then(|()| socket.listen(BACKLOG)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    let is_socket = |path: &Path| std::fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_socket());
    if is_socket(path) {
        if UnixStream::connect(path).await.is_ok() {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, "another process listens there"));
        }
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}
