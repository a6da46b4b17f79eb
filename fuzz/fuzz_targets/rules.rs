//! libFuzzer drives `postern_fuzz::rules`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::rules::verify(data));
