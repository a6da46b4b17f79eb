//! The accept loop that all the bare servers share: a runtime of one thread per worker, each with its own listening socket.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::anyhow;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// What is done with a connection.
pub(crate) trait Serve: Clone + Send + Sync + 'static {
    /// Serves it until it ends. How it ends is nobody's business here: clients go away.
    fn connection(self: Arc<Self>, stream: TcpStream) -> impl Future<Output = ()> + Send + 'static;
}

/// Serves `127.0.0.1:port` on this many threads until the process is stopped.
pub(crate) fn run<S: Serve>(port: u16, workers: usize, server: S) -> anyhow::Result<()> {
    let threads: Vec<_> = (0..workers.max(1))
        .map(|_| {
            let server = server.clone();
            std::thread::spawn(move || worker(port, server))
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| anyhow!("a worker panicked"))??;
    }
    Ok(())
}

/// Futures stay on their thread, so nothing is woken across threads: the cheapest way to run hyper, by a little. A
/// `LocalSet`, which would spare atomic counts too, costs more than they do.
fn worker<S: Serve>(port: u16, server: S) -> anyhow::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let listener = bind(port)?;
        let server = Arc::new(server);
        // It ends in order, so that a build that counts what it does gets to write that down.
        let mut stop = signal(SignalKind::terminate())?;
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => accepted?.0,
                _ = stop.recv() => return Ok(()),
            };
            stream.set_nodelay(true)?;
            tokio::spawn(Arc::clone(&server).connection(stream));
        }
    })
}

fn bind(port: u16) -> anyhow::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    // The kernel deals connections out to the workers.
    socket.set_reuseport(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    Ok(socket.listen(1024)?)
}
