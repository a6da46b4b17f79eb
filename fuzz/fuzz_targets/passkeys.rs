//! libFuzzer drives `postern_fuzz::passkeys`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::passkeys::verify(data));
