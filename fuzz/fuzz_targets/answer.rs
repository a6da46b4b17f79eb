//! libFuzzer drives `postern_fuzz::answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::answer::verify(data));
