//! The accept loop that all the bare servers share: a runtime of one thread per worker, each with its own listening socket.

use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;

use anyhow::anyhow;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

/// What is done with a connection.
pub(crate) trait Serve: Clone + Send + 'static {
    /// Serves it until it ends. How it ends is nobody's business here: clients go away.
    fn connection(self: Rc<Self>, stream: TcpStream) -> impl Future<Output = ()> + 'static;
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

/// Futures stay on their thread, so nothing is shared, counted atomically or woken across threads: the cheapest way to
/// run hyper.
fn worker<S: Serve>(port: u16, server: S) -> anyhow::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(LocalSet::new().run_until(async move {
        let listener = bind(port)?;
        let server = Rc::new(server);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::task::spawn_local(Rc::clone(&server).connection(stream));
        }
    }))
}

fn bind(port: u16) -> anyhow::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    // The kernel deals connections out to the workers.
    socket.set_reuseport(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    Ok(socket.listen(1024)?)
}
