//! Connections to one upstream that wait for their next request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::connection::Link;

/// How long an unused connection is kept. Shorter than what backends commonly allow, so that they are not first.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// How often connections are looked for that waited too long.
const SWEEP: Duration = Duration::from_secs(5);
/// Most connections that wait; more are closed after use.
const IDLE_MAX: usize = 512;

/// A stack: the connection used last is the one to be used next, so that those above what is needed grow old and go.
pub struct Pool<B> {
    #[expect(clippy::vec_box, reason = "a link moves between the pool and its users; a pointer moves cheaply")]
    idle: Mutex<Vec<Box<Link<B>>>>,
    swept: AtomicBool,
}

impl<B> Default for Pool<B> {
    fn default() -> Self {
        Self { idle: Mutex::default(), swept: AtomicBool::new(false) }
    }
}

impl<B: Send + 'static> Pool<B> {
    /// The connection used last.
    pub fn take(&self) -> Option<Box<Link<B>>> {
        let mut idle = self.idle();
        let link = idle.pop()?;
        if !link.waited_for(IDLE_TIMEOUT) {
            return Some(link);
        }
        // Those below waited even longer.
        idle.clear();
        None
    }

    /// Keeps a connection for the next request.
    pub(super) fn put(self: &Arc<Self>, mut link: Box<Link<B>>) {
        link.rest();
        let mut idle = self.idle();
        if idle.len() < IDLE_MAX {
            idle.push(link);
        }
        drop(idle);
        if !self.swept.load(Ordering::Relaxed) && !self.swept.swap(true, Ordering::AcqRel) {
            self.begin_sweeping();
        }
    }

    #[cold]
    fn begin_sweeping(self: &Arc<Self>) {
        tokio::spawn(sweep(Arc::downgrade(self)));
    }

    #[expect(clippy::vec_box, reason = "as above")]
    fn idle(&self) -> MutexGuard<'_, Vec<Box<Link<B>>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes connections that waited too long, until none waits.
async fn sweep<B: Send + 'static>(pool: Weak<Pool<B>>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut idle = pool.idle();
        let old = idle.iter().take_while(|link| link.waited_for(IDLE_TIMEOUT)).count();
        let expired: Vec<_> = idle.drain(..old).collect();
        if idle.is_empty() {
            pool.swept.store(false, Ordering::Release);
        }
        drop(idle);
        drop(expired);
        if !pool.swept.load(Ordering::Acquire) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::connection::tests::linked;
    use super::*;
    use crate::coarse_clock::millis;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn a_connection_that_waited_for_long_is_closed_instead_of_used() {
        let pool = Arc::new(Pool::default());
        let ((first, mut upstream), (second, _)) = (linked().await, linked().await);
        pool.put(first);
        pool.put(second);
        for link in pool.idle().iter_mut() {
            link.idle_since = link.idle_since.saturating_sub(millis(IDLE_TIMEOUT));
        }
        assert!(pool.take().is_none() && pool.take().is_none());
        let read = tokio::time::timeout(Duration::from_secs(20), upstream.read_u8()).await;
        assert!(read.unwrap().is_err());
    }
}
