//! Client data: what the browser says about the ceremony (§5.8.1).

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use crate::{Ceremony, Refused};

/// Most bytes of client data. Browsers write some two hundred.
const SIZE_MAX: usize = 4096;

/// `CollectedClientData`. Browsers may add members, which are ignored.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<String>,
}

/// The two types of ceremonies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Create,
    Get,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// Checks client data (§7.1 steps 5 to 9, §7.2 steps 9 to 13).
pub(crate) fn check(json: &[u8], kind: Kind, ceremony: &Ceremony<'_>) -> Result<(), Refused> {
    if json.len() > SIZE_MAX {
        return Err(Refused::ClientData);
    }
    let data: ClientData = serde_json::from_slice(json).map_err(|_| Refused::ClientData)?;
    if data.kind != kind.name() {
        return Err(Refused::Type);
    }
    // Public values: the challenge is not a secret, so comparing it needs no constant time.
    if data.challenge != BASE64URL_NOPAD.encode(ceremony.challenge) {
        return Err(Refused::Challenge);
    }
    if !ceremony.origins.contains(&data.origin.as_str()) {
        return Err(Refused::Origin);
    }
    if data.cross_origin || data.top_origin.is_some() {
        return Err(Refused::CrossOrigin);
    }
    Ok(())
}
