//! libFuzzer drives `postern_fuzz::id_token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::id_token::verify(data));
