//! Idle connections to one upstream.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::connection::Connection;
use super::idle_stack::{IdleStack, Swept};

/// Time between two searches for expired connections.
const SWEEP: Duration = Duration::from_secs(5);
/// Most idle connections; others are closed after use.
const IDLE_MAX: usize = 512;

/// Idle connections to one upstream, as a stack: the connection used last is used next, so that surplus ones expire.
pub struct Pool<B> {
    /// Boxed: connections move between the pool and their users, and pointers move cheaply.
    idle: IdleStack<Box<Connection<B>>>,
    idle_timeout: Duration,
}

impl<B> Default for Pool<B> {
    /// Twenty seconds: less than what backends commonly allow.
    fn default() -> Self {
        Self::new(Duration::from_secs(20))
    }
}

impl<B> Pool<B> {
    /// A pool that keeps connections for this time: less than the upstream does, so that this side closes first.
    pub fn new(idle_timeout: Duration) -> Self {
        Self { idle: IdleStack::default(), idle_timeout }
    }
}

impl<B: Send + 'static> Pool<B> {
    /// Takes the connection used last.
    pub fn take(&self) -> Option<Box<Connection<B>>> {
        let mut idle = self.idle.lock();
        let connection = idle.pop()?;
        if !connection.is_idle_for(self.idle_timeout) {
            return Some(connection);
        }
        // Those below have been idle even longer.
        idle.clear();
        None
    }

    /// Returns a connection for the next request.
    pub(super) fn put(self: &Arc<Self>, mut connection: Box<Connection<B>>) {
        connection.rest();
        if self.idle.push(connection, IDLE_MAX) {
            self.start_sweeping();
        }
    }

    #[cold]
    fn start_sweeping(self: &Arc<Self>) {
        tokio::spawn(sweep(Arc::downgrade(self)));
    }
}

/// Closes expired connections, until none is left.
async fn sweep<B: Send + 'static>(pool: Weak<Pool<B>>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let Some(pool) = pool.upgrade() else { return };
        let Swept { expired, goes_on } = pool.idle.sweep(|connection| connection.is_idle_for(pool.idle_timeout));
        drop(expired);
        if !goes_on {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::connection::tests::connected;
    use super::*;
    use crate::coarse_clock::as_millis;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn a_connection_that_waited_for_long_is_closed_instead_of_used() {
        let pool = Arc::new(Pool::default());
        let ((first, mut upstream), (second, _)) = (connected().await, connected().await);
        pool.put(first);
        pool.put(second);
        for connection in pool.idle.lock().iter_mut() {
            connection.idle_since = connection.idle_since.saturating_sub(as_millis(Duration::from_secs(20)));
        }
        assert!(pool.take().is_none() && pool.take().is_none());
        let read = tokio::time::timeout(Duration::from_secs(20), upstream.read_u8()).await;
        assert!(read.unwrap().is_err());
    }
}
