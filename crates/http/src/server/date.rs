//! The `Date` header (RFC 9110 §6.6.1).

use std::cell::RefCell;
use std::time::{Duration, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

thread_local! {
    /// The last second that was written, and its text.
    static LAST: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
}

/// Writes the system's time as an HTTP date. Only caches use it; decisions read an injected clock.
pub(super) fn write(out: &mut Vec<u8>) {
    let now = u64::try_from(clock_gettime(ClockId::RealtimeCoarse).tv_sec).unwrap_or_default();
    LAST.with_borrow_mut(|(second, text)| {
        if *second != now || text.is_empty() {
            *second = now;
            *text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now));
        }
        out.extend_from_slice(text.as_bytes());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_time() {
        let seconds = || u64::try_from(clock_gettime(ClockId::Realtime).tv_sec).unwrap();
        let before = seconds();
        let mut out = Vec::new();
        write(&mut out);
        let written = httpdate::parse_http_date(std::str::from_utf8(&out).unwrap()).unwrap();
        let written = written.duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert!((before - 1..=seconds()).contains(&written));
    }
}
