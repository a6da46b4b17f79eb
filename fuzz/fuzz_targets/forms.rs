//! libFuzzer drives `postern_fuzz::forms`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::forms::verify(data));
