//! Whether a connection stays open after a message (RFC 9112 §9.3).

/// Connection options of a message, from its `Connection` headers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeepAlive {
    close: bool,
    keep_alive: bool,
}

impl KeepAlive {
    /// Takes the value of a `Connection` header.
    pub(crate) fn note(&mut self, value: &[u8]) {
        self.close |= list_contains(value, b"close");
        self.keep_alive |= list_contains(value, b"keep-alive");
    }

    /// Whether another message may follow. HTTP/1.0 requires `keep-alive` for that.
    pub(crate) fn allows(self, http10: bool) -> bool {
        !self.close && (self.keep_alive || !http10)
    }
}

/// Whether a comma-separated list contains a member, in any case.
pub(crate) fn list_contains(list: &[u8], member: &[u8]) -> bool {
    list.split(|byte| *byte == b',').any(|other| other.trim_ascii().eq_ignore_ascii_case(member))
}
