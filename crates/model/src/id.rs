//! Identifiers: UUIDs of distinct types, so that one cannot be used in place of another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::entropy::{Entropy, draw};

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Draws a random (version 4) identifier.
            pub fn draw(entropy: &dyn Entropy) -> Self {
                Self(uuid::Builder::from_random_bytes(draw(entropy)).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::from_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// A user: `users.id` of the NetPilot database.
    UserId
);
uuid_id!(
    /// A session. Stays the same when the token rotates; never a credential.
    SessionId
);
uuid_id!(
    /// A pending enrolment.
    EnrolmentId
);
uuid_id!(
    /// A passkey.
    PasskeyId
);
uuid_id!(
    /// An authenticator app.
    AuthenticatorId
);
uuid_id!(
    /// A trusted device.
    TrustedDeviceId
);
uuid_id!(
    /// A row of a log: an attempt or an audit event.
    EventId
);
