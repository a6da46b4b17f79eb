//! How a test makes the provider misbehave.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::keys::ProviderKey;

/// A change to a JSON object.
type Edit = Arc<dyn Fn(&mut Map<String, Value>) + Send + Sync>;

/// Changes to the provider's responses. The default makes none.
#[derive(Clone, Default)]
pub struct Tamper {
    pub(super) discovery: Option<Edit>,
    pub(super) jwks: Option<Edit>,
    pub(super) token: Option<Edit>,
    pub(super) userinfo: Option<Edit>,
    pub(super) header: Option<Edit>,
    pub(super) claims: Option<Edit>,
    pub(super) signature: Signature,
}

/// How ID tokens are signed.
#[derive(Clone, Debug, Default)]
pub enum Signature {
    /// With the published key.
    #[default]
    Genuine,
    /// With a key of our own that is not published, under the published identifier.
    Foreign(ProviderKey),
    /// HMAC-SHA-256 under these bytes, `alg` `HS256`: the confusion of RFC 8725 §2.1.
    Hmac(Vec<u8>),
    /// Not at all, `alg` `none`.
    Absent,
    /// With the published key, then one bit flipped.
    Corrupt,
}

macro_rules! edits {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        impl Tamper {
            $($(#[$doc])*
            pub fn $name(mut self, edit: impl Fn(&mut Map<String, Value>) + Send + Sync + 'static) -> Self {
                self.$name = Some(Arc::new(edit));
                self
            })*
        }
    };
}

edits!(
    /// Changes the discovery document.
    discovery,
    /// Changes the JWK set.
    jwks,
    /// Changes the answer of the token endpoint, `id_token` included.
    token,
    /// Changes the answer of the userinfo endpoint.
    userinfo,
    /// Changes the header of ID tokens before they are signed.
    header,
    /// Changes the claims of ID tokens before they are signed.
    claims,
);

impl Tamper {
    /// Sets how ID tokens are signed.
    pub fn signature(mut self, signature: Signature) -> Self {
        self.signature = signature;
        self
    }
}

impl fmt::Debug for Tamper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tamper").field("signature", &self.signature).finish_non_exhaustive()
    }
}

/// Applies an edit, if any, and gives the object as a value.
pub(super) fn edited(edit: Option<&Edit>, mut object: Map<String, Value>) -> Value {
    if let Some(edit) = edit {
        edit(&mut object);
    }
    Value::Object(object)
}
