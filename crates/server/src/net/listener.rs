//! TCP and Unix listeners behind one type.

use std::io;
use std::net::IpAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener, UnixStream};

use super::stream::Socket;
use crate::config::Address;

/// A bound listener. A Unix socket is removed when it is dropped.
#[derive(Debug)]
pub struct Listener {
    socket: Bound,
    address: Address,
}

#[derive(Debug)]
enum Bound {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// Which.
    pub address: Address,
    /// Why.
    pub source: io::Error,
}

impl Listener {
    /// Binds. A name is resolved first and its first address that can be bound is taken. A Unix socket that a dead
    /// process left behind is replaced; anybody who can enter its directory may connect.
    pub async fn bind(address: &Address) -> Result<Self, BindError> {
        let failed = |source| BindError { address: address.clone(), source };
        match address {
            Address::Tcp(host, port) => {
                let listener = TcpListener::bind((host.as_str(), *port)).await.map_err(failed)?;
                let bound = listener.local_addr().map_err(failed)?;
                let address = Address::Tcp(bound.ip().to_string(), bound.port());
                Ok(Self { socket: Bound::Tcp(listener), address })
            }
            Address::Unix(path) => {
                let listener = bind_unix(path).await.map_err(failed)?;
                Ok(Self { socket: Bound::Unix(listener), address: address.clone() })
            }
        }
    }

    /// Where it listens, with the port that the system chose.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Takes the next connection, and whose it is; nobody's, on a Unix socket.
    pub(super) async fn accept(&self) -> io::Result<(Socket, Option<IpAddr>)> {
        match &self.socket {
            Bound::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                // Answers are small and whole: waiting to fill a segment only delays them.
                stream.set_nodelay(true)?;
                Ok((Socket::Tcp(stream), Some(address.ip())))
            }
            Bound::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok((Socket::Unix(stream), None))
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Address::Unix(path) = &self.address {
            // It may be gone already; the next start replaces what is left.
            let _ = std::fs::remove_file(path);
        }
    }
}

async fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    let is_socket = |path: &Path| std::fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_socket());
    if is_socket(path) {
        if UnixStream::connect(path).await.is_ok() {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, "another process listens there"));
        }
        std::fs::remove_file(path)?;
    }
    let path: PathBuf = path.to_owned();
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}
