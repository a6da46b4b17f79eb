//! Whether a connection outlives the message under way (RFC 9112 §9.3).

/// What the lines of `Connection` say.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Persistence {
    close: bool,
    keep_alive: bool,
}

impl Persistence {
    /// Takes the value of one such line.
    pub(crate) fn note(&mut self, value: &[u8]) {
        self.close |= names(value, b"close");
        self.keep_alive |= names(value, b"keep-alive");
    }

    /// Whether another message may follow. Over HTTP/1.0 (`old`) only where that is said.
    pub(crate) fn keeps(self, old: bool) -> bool {
        !self.close && (self.keep_alive || !old)
    }
}

/// Whether a list in a header names this, in any case.
pub(crate) fn names(list: &[u8], member: &[u8]) -> bool {
    list.split(|byte| *byte == b',').any(|other| other.trim_ascii().eq_ignore_ascii_case(member))
}
