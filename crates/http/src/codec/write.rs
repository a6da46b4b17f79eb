//! Header lines, trailers and chunk sizes as bytes (RFC 9112 §5, §7.1).

use std::io::Write;

use http::header::{HeaderMap, HeaderName, HeaderValue};

/// Writes a header line.
pub(crate) fn write_line(out: &mut Vec<u8>, name: &HeaderName, value: &HeaderValue) {
    out.extend_from_slice(name.as_str().as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Writes a number in decimal.
pub(crate) fn write_decimal(out: &mut Vec<u8>, number: u64) {
    write_number(out, format_args!("{number}"));
}

/// Writes trailers and the empty line behind them.
pub(super) fn write_trailers(out: &mut Vec<u8>, trailers: &HeaderMap) {
    for (name, value) in trailers {
        write_line(out, name, value);
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes the size line of a chunk.
pub(super) fn write_chunk_size(out: &mut Vec<u8>, size: usize) {
    write_number(out, format_args!("{size:x}\r\n"));
}

fn write_number(out: &mut Vec<u8>, number: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    let _written = out.write_fmt(number);
}
