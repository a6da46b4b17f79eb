//! The accept loop that all the bare servers share: a runtime of one thread per worker, each with its own listening
//! socket.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::anyhow;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// Serves one connection.
pub(crate) trait Serve: Clone + Send + Sync + 'static {
    /// Serves it until it ends. Errors are ignored: clients disconnect.
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

/// Runs a single-threaded runtime: no wake-ups across threads, which is the cheapest way to run hyper. A `LocalSet`
/// would save atomic counts, but costs more than they do.
fn worker<S: Serve>(port: u16, server: S) -> anyhow::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let listener = bind(port)?;
        let server = Arc::new(server);
        // An orderly end, so that a build with profile counters writes them.
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
    // The kernel distributes connections over the workers.
    socket.set_reuseport(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    Ok(socket.listen(1024)?)
}
