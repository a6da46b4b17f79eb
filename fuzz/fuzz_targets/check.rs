//! libFuzzer drives `postern_fuzz::check`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::check::verify(data));
