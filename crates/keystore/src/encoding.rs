//! Text forms of bytes. Hex and base64url are strict: one spelling per value, no padding. Keys that people write down
//! are read leniently.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER};
use zeroize::Zeroizing;

/// Encodes bytes as base64url without padding (RFC 4648 §5).
pub(crate) fn base64url(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Decodes base64url without padding; `None` for any other spelling, stray trailing bits included.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}

/// Decodes exactly `N` bytes of base64url without padding, without allocating.
pub(crate) fn from_base64url_exact<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if BASE64URL_NOPAD.decode_len(text.len()) != Ok(N) {
        return None;
    }
    BASE64URL_NOPAD.decode_mut(text, &mut bytes).ok().map(|_| bytes)
}

/// Encodes bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// Decodes lower-case hex; `None` for any other text.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    HEXLOWER.decode(text.as_bytes()).ok()
}

/// Decodes a secret in base64: standard or URL alphabet, padded or not.
pub(crate) fn from_any_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD]
        .iter()
        .find_map(|alphabet| alphabet.decode(text.as_bytes()).ok())
        .map(Zeroizing::new)
}
