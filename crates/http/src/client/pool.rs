//! Idle connections to one upstream.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::connection::Connection;

/// How long an idle connection is kept. Shorter than what backends commonly allow, so that this side closes first.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Time between two searches for expired connections.
const SWEEP: Duration = Duration::from_secs(5);
/// Most idle connections; others are closed after use.
const IDLE_MAX: usize = 512;

/// Idle connections to one upstream, as a stack: the connection used last is used next, so that surplus ones expire.
pub struct Pool<B> {
    /// Boxed: connections move between the pool and their users, and pointers move cheaply.
    idle: Mutex<Vec<Box<Connection<B>>>>,
    sweeping: AtomicBool,
}

impl<B> Default for Pool<B> {
    fn default() -> Self {
        Self { idle: Mutex::default(), sweeping: AtomicBool::new(false) }
    }
}

impl<B: Send + 'static> Pool<B> {
    /// Takes the connection used last.
    pub fn take(&self) -> Option<Box<Connection<B>>> {
        let mut idle = self.idle();
        let link = idle.pop()?;
        if !link.is_idle_for(IDLE_TIMEOUT) {
            return Some(link);
        }
        // Those below have been idle even longer.
        idle.clear();
        None
    }

    /// Returns a connection for the next request.
    pub(super) fn put(self: &Arc<Self>, mut link: Box<Connection<B>>) {
        link.rest();
        let mut idle = self.idle();
        if idle.len() < IDLE_MAX {
            idle.push(link);
        }
        drop(idle);
        if !self.sweeping.load(Ordering::Relaxed) && !self.sweeping.swap(true, Ordering::AcqRel) {
            self.start_sweeping();
        }
    }

    #[cold]
    fn start_sweeping(self: &Arc<Self>) {
        tokio::spawn(sweep(Arc::downgrade(self)));
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Box<Connection<B>>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes expired connections, until none is left.
async fn sweep<B: Send + 'static>(pool: Weak<Pool<B>>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut idle = pool.idle();
        let old = idle.iter().take_while(|link| link.is_idle_for(IDLE_TIMEOUT)).count();
        let expired: Vec<_> = idle.drain(..old).collect();
        if idle.is_empty() {
            pool.sweeping.store(false, Ordering::Release);
        }
        drop(idle);
        drop(expired);
        if !pool.sweeping.load(Ordering::Acquire) {
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
        for link in pool.idle().iter_mut() {
            link.idle_since = link.idle_since.saturating_sub(as_millis(IDLE_TIMEOUT));
        }
        assert!(pool.take().is_none() && pool.take().is_none());
        let read = tokio::time::timeout(Duration::from_secs(20), upstream.read_u8()).await;
        assert!(read.unwrap().is_err());
    }
}
