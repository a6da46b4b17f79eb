//! libFuzzer drives `postern_fuzz::tokens`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::tokens::verify(data));
