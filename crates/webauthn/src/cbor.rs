//! CBOR as authenticators write it (CTAP2 canonical form), read with limits.

use ciborium::Value;

/// Most levels of nesting. Attestation objects have three.
const DEPTH_MAX: usize = 8;

/// Reads one item from the front; the slice then holds what follows it. `None` if it is malformed.
pub(crate) fn item(bytes: &mut &[u8]) -> Option<Value> {
    ciborium::de::from_reader_with_recursion_limit(bytes, DEPTH_MAX).ok()
}

/// Reads the only item of a slice. `None` if it is malformed or bytes follow it.
pub(crate) fn only_item(mut bytes: &[u8]) -> Option<Value> {
    item(&mut bytes).filter(|_| bytes.is_empty())
}

/// A map with distinct keys.
pub(crate) struct Map(Vec<(Value, Value)>);

impl Map {
    /// `None` if it is no map, or a key is there twice: readers would differ about which one counts.
    pub(crate) fn of(value: Value) -> Option<Self> {
        let entries = value.into_map().ok()?;
        let mut keys = entries.iter().map(|(key, _)| key);
        while let Some(key) = keys.next() {
            if keys.clone().any(|other| other == key) {
                return None;
            }
        }
        Some(Self(entries))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a text key.
    pub(crate) fn named(&self, name: &str) -> Option<&Value> {
        self.0.iter().find_map(|(key, value)| (key.as_text()? == name).then_some(value))
    }

    /// The value of an integer key.
    pub(crate) fn numbered(&self, number: i64) -> Option<&Value> {
        self.0.iter().find_map(|(key, value)| (i64::try_from(key.as_integer()?).ok()? == number).then_some(value))
    }

    /// The integer of an integer key.
    pub(crate) fn integer(&self, number: i64) -> Option<i64> {
        self.numbered(number)?.as_integer()?.try_into().ok()
    }

    /// The byte string of an integer key.
    pub(crate) fn bytes(&self, number: i64) -> Option<&[u8]> {
        self.numbered(number)?.as_bytes().map(Vec::as_slice)
    }
}
