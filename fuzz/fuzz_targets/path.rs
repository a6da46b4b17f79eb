//! libFuzzer drives `postern_fuzz::path`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::path::verify(data));
