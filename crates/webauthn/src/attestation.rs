//! Attestation statements. None is asked for, but an authenticator may attest itself (§5.4.7), which is verified.

use ciborium::Value;

use crate::public_key::PublicKey;
use crate::{Refused, cbor};

/// Checks the statement of an attestation object: `none` (§8.7), or the self attestation of `packed` (§8.2). `signed` is the
/// authenticator data followed by the hash of the client data.
pub(crate) fn check(format: &str, statement: Value, key: &PublicKey, signed: &[u8]) -> Result<(), Refused> {
    let statement = cbor::Map::of(statement).ok_or(Refused::AttestationObject)?;
    match format {
        "none" if statement.is_empty() => Ok(()),
        // A chain of certificates would name the make of the authenticator, which nobody asked for.
        "packed" if statement.named("x5c").is_none() => {
            let algorithm =
                statement.named("alg").and_then(Value::as_integer).and_then(|number| number.try_into().ok());
            let signature = statement.named("sig").and_then(Value::as_bytes).ok_or(Refused::Attestation)?;
            if algorithm != Some(key.algorithm()) {
                return Err(Refused::Attestation);
            }
            key.verify(signed, signature).map_err(|_| Refused::Attestation)
        }
        _ => Err(Refused::Attestation),
    }
}
