//! Futures on the heap.

use std::future::Future;
use std::pin::Pin;

/// Boxes a future that the hot path rarely awaits, so that its state does not enlarge the caller's.
///
/// The future is made in a function of its own, since a state machine reserves room for every temporary in it.
pub fn cold<'f, F: Future + Send + 'f>(
    make: impl FnOnce() -> F,
) -> Pin<Box<dyn Future<Output = F::Output> + Send + 'f>> {
    #[inline(never)]
    fn boxed<T>(make: impl FnOnce() -> T) -> Pin<Box<T>> {
        Box::pin(make())
    }
    boxed(make)
}
