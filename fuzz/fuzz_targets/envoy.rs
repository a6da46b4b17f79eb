//! libFuzzer drives `postern_fuzz::envoy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::envoy::verify(data));
