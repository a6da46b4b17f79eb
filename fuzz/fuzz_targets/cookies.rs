//! libFuzzer drives `postern_fuzz::cookies`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::cookies::verify(data));
