//! libFuzzer drives `postern_fuzz::device_proofs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::device_proofs::verify(data));
