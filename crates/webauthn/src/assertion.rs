//! An assertion made with a registered credential (§7.2).

use ring::digest::{SHA256, digest};

use crate::authenticator_data::{AuthenticatorData, Flags};
use crate::client_data::{self, Kind};
use crate::public_key::PublicKey;
use crate::{Ceremony, Refused};

/// `AuthenticatorAssertionResponse`, decoded from base64url.
#[derive(Clone, Copy, Debug)]
pub struct AssertionResponse<'a> {
    /// `clientDataJSON`.
    pub client_data: &'a [u8],
    /// `authenticatorData`.
    pub authenticator_data: &'a [u8],
    /// `signature`.
    pub signature: &'a [u8],
    /// `userHandle`, if the authenticator returned one.
    pub user_handle: Option<&'a [u8]>,
}

/// The stored credential that an assertion is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Registered<'a> {
    /// Public key in COSE form, as [`Credential::public_key`](crate::Credential::public_key) returned it.
    pub public_key: &'a [u8],
    /// The counter of the last assertion, or of the registration.
    pub counter: u32,
    /// Whether it was eligible for backup at registration; this never changes.
    pub backup_eligible: bool,
    /// The owner's user handle.
    pub user_handle: &'a [u8],
}

/// Verified assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// The counter to store.
    pub counter: u32,
    /// Flags of this assertion.
    pub flags: Flags,
}

impl Ceremony<'_> {
    /// Verifies an assertion. The caller finds the credential by the identifier in the response, among those of the user.
    ///
    /// # Errors
    /// The first check that fails. [`Refused::Counter`] comes last: everything else about the assertion was valid.
    pub fn assert(&self, response: &AssertionResponse<'_>, credential: &Registered<'_>) -> Result<Asserted, Refused> {
        if response.user_handle.is_some_and(|handle| handle != credential.user_handle) {
            return Err(Refused::UserHandle);
        }
        client_data::check(response.client_data, Kind::Get, self)?;
        let data = AuthenticatorData::parse(response.authenticator_data)?;
        data.check(self)?;
        if data.attested.is_some() {
            return Err(Refused::AuthenticatorData);
        }
        if data.flags.backup_eligible() != credential.backup_eligible {
            return Err(Refused::Backup);
        }
        let key = PublicKey::from_cose(credential.public_key)?;
        let signed = [response.authenticator_data, digest(&SHA256, response.client_data).as_ref()].concat();
        key.verify(&signed, response.signature)?;
        // Synced passkeys have no counter: it stays 0.
        if (data.counter, credential.counter) != (0, 0) && data.counter <= credential.counter {
            return Err(Refused::Counter);
        }
        Ok(Asserted { counter: data.counter, flags: data.flags })
    }
}
