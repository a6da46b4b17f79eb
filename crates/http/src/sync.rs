//! The primitives that state shared between tasks is built from. `tests/interleavings.rs` compiles the same files with those of `loom`.

pub(crate) use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) mod atomic {
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
}
