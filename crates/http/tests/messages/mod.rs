//! The tables of messages, and how they are read.

pub(crate) mod ours;
pub(crate) mod theirs;

use serde::Deserialize;

/// A message, and what becomes of it. See `tests/data/README.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) sent: String,
    pub(crate) refused: Option<String>,
    #[serde(default)]
    pub(crate) read: Vec<Message>,
    #[serde(default = "get")]
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) kept: bool,
}

/// A message as a recipient read it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Message {
    #[serde(default)]
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) target: String,
    #[serde(default)]
    pub(crate) status: u16,
    pub(crate) body: String,
    #[serde(default = "yes")]
    pub(crate) complete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    request: Vec<Case>,
    #[serde(default)]
    response: Vec<Case>,
}

fn get() -> String {
    "GET".to_owned()
}

fn yes() -> bool {
    true
}

fn tables() -> [Table; 3] {
    [include_str!("../data/requests.toml"), include_str!("../data/responses.toml"), include_str!("../data/rfc.toml")]
        .map(|text| toml::from_str(text).expect("a table of messages"))
}

pub(crate) fn requests() -> Vec<Case> {
    tables().into_iter().flat_map(|table| table.request).collect()
}

pub(crate) fn responses() -> Vec<Case> {
    tables().into_iter().flat_map(|table| table.response).collect()
}

impl Case {
    /// The bytes: one for each character.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.sent.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect()
    }
}

/// Bytes as the text of the tables.
pub(crate) fn latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
