//! libFuzzer drives `postern_fuzz::return_url`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::return_url::verify(data));
