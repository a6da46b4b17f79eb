//! libFuzzer drives `postern_fuzz::client`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::client::verify(data));
