//! libFuzzer drives `postern_fuzz::wire`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::wire::verify(data));
