//! A stack whose items expire, and the question of who searches for expired ones.

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, MutexGuard, PoisonError};

/// Items of which the one added last is taken first. While it is not empty, one sweeper is responsible for it.
#[derive(Debug)]
pub(super) struct IdleStack<T> {
    items: Mutex<Vec<T>>,
    /// Whether there is a sweeper. Cleared only under the lock, and only if the stack is empty.
    swept: AtomicBool,
}

/// The result of [`IdleStack::sweep`].
#[derive(Debug)]
pub(super) struct Swept<T> {
    /// The removed entries.
    pub(super) expired: Vec<T>,
    /// Whether the sweeper is still responsible. If not, it ends.
    pub(super) goes_on: bool,
}

impl<T> Default for IdleStack<T> {
    fn default() -> Self {
        Self { items: Mutex::new(Vec::new()), swept: AtomicBool::new(false) }
    }
}

impl<T> IdleStack<T> {
    pub(super) fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item, unless there are this many. Returns whether the caller has to start a sweeper.
    pub(super) fn push(&self, item: T, most: usize) -> bool {
        let mut items = self.lock();
        if items.len() < most {
            items.push(item);
        }
        drop(items);
        !self.swept.load(Ordering::Relaxed) && !self.swept.swap(true, Ordering::AcqRel)
    }

    /// Removes the items at the bottom that expired.
    pub(super) fn sweep(&self, is_expired: impl Fn(&T) -> bool) -> Swept<T> {
        let mut items = self.lock();
        let count = items.iter().take_while(|item| is_expired(item)).count();
        let expired = items.drain(..count).collect();
        let goes_on = !items.is_empty();
        if !goes_on {
            self.swept.store(false, Ordering::Release);
        }
        Swept { expired, goes_on }
    }
}
