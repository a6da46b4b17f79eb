//! Authenticator data: what the authenticator says about the ceremony (§6.1).

use ring::digest::{SHA256, digest};

use crate::{Ceremony, Refused, cbor};

/// Most bytes of a credential identifier (§5.8.3).
pub(crate) const CREDENTIAL_ID_MAX: usize = 1023;

/// Flags of authenticator data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Whether the user was present (UP).
    pub fn user_present(self) -> bool {
        self.has(0)
    }

    /// Whether the authenticator verified the user (UV).
    pub fn user_verified(self) -> bool {
        self.has(2)
    }

    /// Whether the credential may be copied to other devices of its owner (BE): a synced passkey.
    pub fn backup_eligible(self) -> bool {
        self.has(3)
    }

    /// Whether it was copied (BS).
    pub fn backed_up(self) -> bool {
        self.has(4)
    }

    fn attested(self) -> bool {
        self.has(6)
    }

    fn extensions(self) -> bool {
        self.has(7)
    }

    fn has(self, bit: u8) -> bool {
        self.0 & (1 << bit) != 0
    }
}

/// Parsed authenticator data.
pub(crate) struct AuthenticatorData<'d> {
    pub(crate) flags: Flags,
    pub(crate) counter: u32,
    /// The new credential, in a registration.
    pub(crate) attested: Option<AttestedCredential<'d>>,
    relying_party_hash: &'d [u8],
}

/// Attested credential data (§6.5.1).
pub(crate) struct AttestedCredential<'d> {
    pub(crate) aaguid: [u8; 16],
    pub(crate) id: &'d [u8],
    /// The COSE key, as it was encoded.
    pub(crate) public_key: &'d [u8],
}

impl<'d> AuthenticatorData<'d> {
    pub(crate) fn parse(bytes: &'d [u8]) -> Result<Self, Refused> {
        Self::read(bytes).ok_or(Refused::AuthenticatorData)
    }

    fn read(bytes: &'d [u8]) -> Option<Self> {
        let (relying_party_hash, rest) = bytes.split_at_checked(32)?;
        let (&flags, rest) = rest.split_first()?;
        let (counter, mut rest) = rest.split_first_chunk::<4>()?;
        let flags = Flags(flags);
        let attested = match flags.attested() {
            true => Some(AttestedCredential::read(&mut rest)?),
            false => None,
        };
        if flags.extensions() {
            // Extensions were not requested; they are read to find the end.
            cbor::Map::of(cbor::item(&mut rest)?)?;
        }
        rest.is_empty().then_some(Self { flags, counter: u32::from_be_bytes(*counter), attested, relying_party_hash })
    }

    /// The checks that both ceremonies share (§7.1 steps 13 to 18, §7.2 steps 15 to 19).
    pub(crate) fn check(&self, ceremony: &Ceremony<'_>) -> Result<(), Refused> {
        if self.relying_party_hash != digest(&SHA256, ceremony.relying_party.as_bytes()).as_ref() {
            return Err(Refused::RelyingParty);
        }
        if !self.flags.user_present() {
            return Err(Refused::UserPresence);
        }
        if ceremony.require_verification && !self.flags.user_verified() {
            return Err(Refused::UserVerification);
        }
        if self.flags.backed_up() && !self.flags.backup_eligible() {
            return Err(Refused::Backup);
        }
        Ok(())
    }
}

impl<'d> AttestedCredential<'d> {
    fn read(rest: &mut &'d [u8]) -> Option<Self> {
        let (aaguid, after) = rest.split_first_chunk::<16>()?;
        let (length, after) = after.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (id, after) = after.split_at_checked(length).filter(|_| (1..=CREDENTIAL_ID_MAX).contains(&length))?;
        let mut behind = after;
        cbor::item(&mut behind)?;
        let public_key = after.get(..after.len() - behind.len())?;
        *rest = behind;
        Some(Self { aaguid: *aaguid, id, public_key })
    }
}
