//! Every interleaving of two tasks on the state that they share, by `loom`: no wake-up is lost, and no item.
//!
//! The files are those of the crate, compiled with the primitives of `loom`; what they use of the crate is named here.

#![cfg(test)]
#![allow(dead_code, unreachable_pub, reason = "the models use a part of each file, which belongs to the crate")]

#[path = "../src/server/body_channel.rs"]
mod body_channel;
#[path = "../src/server/early_hints.rs"]
mod early_hints;
#[path = "../src/client/idle_stack.rs"]
mod idle_stack;

mod error {
    pub(crate) use postern_http::server::BodyError;
}

mod sync {
    pub(crate) use loom::sync::{Arc, Mutex, MutexGuard};
    pub(crate) use std::sync::PoisonError;

    pub(crate) mod atomic {
        pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    }
}

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use body_channel::{BodyReceiver, BodySender, Demand, body_channel};
use bytes::Bytes;
use error::BodyError;
use http_body::Frame;
use idle_stack::IdleStack;
use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

/// Runs a model in every interleaving with up to two preemptions.
fn explore(model: impl Fn() + Send + Sync + 'static) {
    let mut explorer = loom::model::Builder::new();
    explorer.preemption_bound = Some(2);
    explorer.max_duration = Some(Duration::from_secs(10));
    explorer.check(model);
}

/// The connection's part: sends a frame whenever one is wanted. Returns how many it sent; fewer, if the reader was dropped.
async fn send(sender: &BodySender, frames: u8) -> u8 {
    for number in 0..frames {
        let sent = poll_fn(|cx| match sender.demand(cx) {
            Demand::Wanted => {
                let frame = Frame::data(Bytes::copy_from_slice(&[number]));
                sender.send(Some(Ok(frame)), number + 1 == frames, cx);
                Poll::Ready(true)
            }
            Demand::Paused => Poll::Pending,
            Demand::Dropped => Poll::Ready(false),
        });
        if !sent.await {
            return number;
        }
    }
    frames
}

/// Reads to the end: the data, and whether the body is complete.
async fn read(receiver: &mut BodyReceiver) -> (Vec<u8>, bool) {
    let mut data = Vec::new();
    loop {
        match poll_fn(|cx| receiver.poll_frame(cx)).await {
            Some(Ok(frame)) => data.extend(frame.into_data().unwrap_or_default()),
            Some(Err(BodyError::Closed)) => return (data, false),
            Some(Err(error)) => panic!("{error}"),
            None => return (data, true),
        }
    }
}

#[test]
fn every_frame_arrives_once_and_in_order() {
    explore(|| {
        let (sender, mut receiver) = body_channel(None);
        let reader = thread::spawn(move || block_on(read(&mut receiver)));
        assert_eq!(block_on(send(&sender, 2)), 2);
        drop(sender);
        assert_eq!(reader.join().unwrap_or_default(), (vec![0, 1], true));
    });
}

/// A service may look for the first part of a body itself, in the connection's task, and leave the rest to another.
#[test]
fn a_reader_that_moves_to_another_task_is_served() {
    explore(|| {
        let (sender, mut receiver) = body_channel(None);
        let reader = block_on(async move {
            let first = poll_fn(|cx| Poll::Ready(receiver.poll_frame(cx))).await;
            assert!(first.is_pending());
            let reader = thread::spawn(move || block_on(read(&mut receiver)));
            assert_eq!(send(&sender, 2).await, 2);
            reader
        });
        assert_eq!(reader.join().unwrap_or_default(), (vec![0, 1], true));
    });
}

#[test]
fn a_body_that_breaks_off_is_never_complete() {
    explore(|| {
        let (sender, mut receiver) = body_channel(None);
        let reader = thread::spawn(move || block_on(read(&mut receiver)));
        let waker = block_on(poll_fn(|cx| Poll::Ready(cx.waker().clone())));
        let cx = Context::from_waker(&waker);
        if sender.demand(&cx) == Demand::Wanted {
            sender.send(Some(Ok(Frame::data(Bytes::from_static(b"x")))), false, &cx);
        }
        drop(sender);
        assert!(!reader.join().unwrap_or_default().1);
    });
}

#[test]
fn a_connection_learns_that_its_reader_is_gone() {
    explore(|| {
        let (sender, mut receiver) = body_channel(Some(9));
        let reader = thread::spawn(move || {
            let first = block_on(poll_fn(|cx| receiver.poll_frame(cx)));
            drop(receiver);
            first.is_some()
        });
        // It returns although nobody reads on, instead of waiting without end.
        assert_eq!(block_on(send(&sender, 3)), 1);
        assert!(reader.join().unwrap_or_default());
    });
}

#[test]
fn hints_of_a_former_request_are_never_sent() {
    explore(|| {
        let shared = Arc::new(early_hints::Shared::default());
        let former = early_hints::Shared::next(&shared);
        let late = thread::spawn(move || former.send([(&b"link"[..], &b"</1>"[..])]));
        shared.end();
        early_hints::Shared::next(&shared).send([(&b"link"[..], &b"</2>"[..])]);
        assert_eq!(shared.take(), b"HTTP/1.1 103 Early Hints\r\nlink: </2>\r\n\r\n");
        late.join().unwrap_or_default();
        assert!(shared.take().is_empty());
    });
}

#[test]
fn idle_connections_always_have_one_sweeper() {
    explore(|| {
        let (stack, sweepers) = (Arc::new(IdleStack::default()), Arc::new(AtomicUsize::new(0)));
        let put = |stack: &IdleStack<u8>, sweepers: &AtomicUsize| {
            if stack.push(1, 8) {
                sweepers.fetch_add(1, Ordering::Relaxed);
            }
        };
        put(&stack, &sweepers);
        let (shared, count) = (Arc::clone(&stack), Arc::clone(&sweepers));
        let sweeping = thread::spawn(move || {
            if !shared.sweep(|_| true).goes_on {
                count.fetch_sub(1, Ordering::Relaxed);
            }
        });
        put(&stack, &sweepers);
        sweeping.join().unwrap_or_default();
        let sweepers = sweepers.load(Ordering::Relaxed);
        assert!(sweepers == 1 || (sweepers == 0 && stack.lock().is_empty()), "{sweepers}");
    });
}
