//! libFuzzer drives `postern_fuzz::server`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::server::verify(data));
