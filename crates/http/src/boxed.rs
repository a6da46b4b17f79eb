//! What is seldom needed, kept apart from what every request goes through.

use std::future::Future;
use std::pin::Pin;

/// A future on the heap, made outside the frame of whoever waits for it. A frame that has room for the state of all that may
/// happen spreads what does happen over many pages of the stack.
pub fn apart<'f, F: Future + Send + 'f>(
    make: impl FnOnce() -> F,
) -> Pin<Box<dyn Future<Output = F::Output> + Send + 'f>> {
    pinned(make)
}

/// Something on the heap, made as far away.
#[inline(never)]
pub fn pinned<T>(make: impl FnOnce() -> T) -> Pin<Box<T>> {
    Box::pin(make())
}
