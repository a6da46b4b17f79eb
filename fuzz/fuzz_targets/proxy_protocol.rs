//! libFuzzer drives `postern_fuzz::proxy_protocol`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| postern_fuzz::proxy_protocol::verify(data));
