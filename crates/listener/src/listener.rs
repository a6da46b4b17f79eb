//! TCP and Unix listeners behind one type.

use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::task::{Context, Poll};

use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream, lookup_host};

use crate::error::BindError;
use crate::socket_activation::{self, InheritedSockets};
use crate::stream::Socket;
use postern_model::address::Address;

/// Length of the accept queue.
const BACKLOG: u32 = 1024;

/// A bound listener: one socket, or all inherited sockets of one name. Dropping it removes the file of a Unix socket that it
/// created.
#[derive(Debug)]
pub struct Listener {
    sockets: Vec<Bound>,
    address: Address,
    /// Whether the sockets were inherited, so that the service manager keeps them open after this process.
    passed: bool,
}

#[derive(Debug)]
enum Bound {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// Binds an address. A host name is resolved, and the first of its addresses that can be bound is used. The file of a Unix
    /// socket that no process listens on is replaced; its mode is 0666, so access is controlled by the directory. `shared`
    /// sets SO_REUSEPORT on TCP: processes of the same user share the address and its connections.
    ///
    /// # Errors
    /// [`BindError`] if the address is in use, not local, or not among the inherited sockets.
    pub async fn bind(address: &Address, passed: &mut InheritedSockets, shared: bool) -> Result<Self, BindError> {
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

    /// The bound address, with the port that the system chose.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Whether its sockets were inherited, so that the address cannot be bound again.
    pub fn is_passed(&self) -> bool {
        self.passed
    }

    /// Accepts the next connection, with the peer's address; `None` on a Unix socket.
    pub(crate) async fn accept(&mut self) -> io::Result<(Socket, Option<IpAddr>)> {
        let accepted = poll_fn(|cx| self.poll_accept(cx)).await;
        if self.sockets.len() > 1 {
            // Round robin, so that a flood on one socket does not starve the others.
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
                return Poll::Ready(accepted.and_then(with_nodelay));
            }
        }
        Poll::Pending
    }

    /// Closes the sockets and returns the connections of their accept queues, which closing would reset. Connections of
    /// inherited sockets stay queued for the next process.
    pub(crate) fn close(mut self) -> Vec<(Socket, Option<IpAddr>)> {
        let sockets = std::mem::take(&mut self.sockets);
        if self.passed {
            return Vec::new();
        }
        // Each socket closes right after its queue was empty, so that almost no connection is lost in between.
        sockets.into_iter().flat_map(|socket| socket.drain().unwrap_or_default()).collect()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let (Address::Unix(path), false) = (&self.address, self.passed) {
            // The file may be gone; the next start replaces one that is left.
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

    /// Accepts all queued connections, then closes the socket. Connections that cannot be set up are closed.
    fn drain(self) -> io::Result<Vec<(Socket, Option<IpAddr>)>> {
        // Blocking-free accept on the socket itself, since the reactor may not know of them yet. Bounded, so that a flood cannot
        // keep the listener open.
        match self {
            Self::Tcp(socket) => {
                let socket = socket.into_std()?;
                let waiting: Vec<_> = std::iter::from_fn(|| socket.accept().ok()).take(BACKLOG as usize).collect();
                drop(socket);
                let taken = waiting.into_iter().map(|(stream, from)| {
                    stream.set_nonblocking(true)?;
                    with_nodelay((Socket::Tcp(TcpStream::from_std(stream)?), Some(from.ip())))
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

/// Sets TCP_NODELAY: responses are written whole, so Nagle's algorithm would only delay them.
fn with_nodelay((socket, from): (Socket, Option<IpAddr>)) -> io::Result<(Socket, Option<IpAddr>)> {
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
