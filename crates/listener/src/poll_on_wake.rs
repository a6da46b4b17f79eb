//! Polls a future only after it was woken. Timers that fire once in a connection's life need no poll at each byte that comes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// Polls the inner future only after it was woken, however often the outer one is polled.
pub(crate) struct PollOnWake<F> {
    future: Pin<Box<F>>,
    woken: Arc<Woken>,
    /// The inner future's waker.
    waker: Waker,
    /// The task that it wakes.
    task: Waker,
}

struct Woken {
    since: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.since.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl<F: Future> PollOnWake<F> {
    pub(crate) fn new(future: F) -> Self {
        let woken = Arc::new(Woken { since: AtomicBool::new(true), task: AtomicWaker::new() });
        let waker = Waker::from(Arc::clone(&woken));
        Self { future: Box::pin(future), woken, waker, task: Waker::noop().clone() }
    }
}

impl<F: Future> Future for PollOnWake<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        if !this.woken.since.load(Ordering::Acquire) && this.task.will_wake(cx.waker()) {
            return Poll::Pending;
        }
        // A wake-up consumes the registration. Registering before the check misses none that comes in between.
        this.task.clone_from(cx.waker());
        this.woken.task.register(cx.waker());
        if !this.woken.since.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        this.future.as_mut().poll(&mut Context::from_waker(&this.waker))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::sync::atomic::AtomicU32;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn it_is_looked_at_when_it_was_woken_and_not_else() {
        let looks = Arc::new(AtomicU32::new(0));
        let (sender, mut receiver) = oneshot::channel::<u8>();
        let counted = Arc::clone(&looks);
        let mut waiting = PollOnWake::new(poll_fn(move |cx| {
            counted.fetch_add(1, Ordering::Relaxed);
            Pin::new(&mut receiver).poll(cx)
        }));
        for _ in 0..10 {
            assert!(poll_fn(|cx| Poll::Ready(Pin::new(&mut waiting).poll(cx).is_pending())).await);
        }
        assert_eq!(looks.load(Ordering::Relaxed), 1);
        let woken = tokio::spawn(waiting);
        tokio::task::yield_now().await;
        sender.send(7).unwrap();
        assert_eq!(woken.await.unwrap(), Ok(7));
        assert_eq!(looks.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_woken_as_often_as_it_waits() {
        let waiting = PollOnWake::new(async {
            for _ in 0..3 {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        });
        let waited = tokio::time::timeout(std::time::Duration::from_secs(60), waiting).await;
        assert!(waited.is_ok());
    }
}
