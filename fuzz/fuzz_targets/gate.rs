//! libFuzzer drives `postern_fuzz::gate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::gate::verify(data));
