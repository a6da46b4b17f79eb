//! Why a response is refused.

/// Reason for which a response is refused. The text is for logs: a client is told only that the ceremony failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The client data are not the JSON object of §5.8.1.
    #[error("the client data are malformed")]
    ClientData,
    /// The client data are of another ceremony (`type`).
    #[error("the client data are of another type of ceremony")]
    Type,
    /// The challenge is not the one of this ceremony.
    #[error("the challenge is another one")]
    Challenge,
    /// The ceremony ran on a page of another origin.
    #[error("the origin is not allowed")]
    Origin,
    /// The ceremony ran in a frame of a page of another origin.
    #[error("the ceremony ran in a cross-origin frame")]
    CrossOrigin,
    /// The attestation object is not the CBOR map of §6.5.4.
    #[error("the attestation object is malformed")]
    AttestationObject,
    /// The attestation statement is neither empty nor a valid self attestation.
    #[error("the attestation statement is not accepted")]
    Attestation,
    /// The authenticator data are not the structure of §6.1.
    #[error("the authenticator data are malformed")]
    AuthenticatorData,
    /// The credential belongs to another relying party.
    #[error("the relying party identifier is another one")]
    RelyingParty,
    /// Nobody was present at the authenticator.
    #[error("the user was not present")]
    UserPresence,
    /// The authenticator did not verify the user.
    #[error("the user was not verified")]
    UserVerification,
    /// The backup flags contradict each other, or the stored credential.
    #[error("the backup flags are inconsistent")]
    Backup,
    /// The public key is malformed or of an algorithm that was not offered.
    #[error("the public key is not accepted")]
    PublicKey,
    /// The assertion names a user to whom the credential does not belong.
    #[error("the user handle is another one")]
    UserHandle,
    /// The signature does not match.
    #[error("the signature does not match")]
    Signature,
    /// The signature counter did not grow: the credential may have been copied (§6.1.1).
    #[error("the signature counter did not grow, so the credential may have been copied")]
    Counter,
}
