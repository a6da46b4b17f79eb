//! libFuzzer drives `postern_fuzz::config`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::config::verify(data));
