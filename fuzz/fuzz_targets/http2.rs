//! libFuzzer drives `postern_fuzz::http2`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::http2::verify(data));
