//! Users, and the store's answer to a provider's identity.

use crate::clock::Timestamp;
use crate::id::UserId;

/// User of the backend's `users` table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// `users.id`.
    pub id: UserId,
    /// The provider's subject (`users.google_id`); `None` for rows made before the first sign-in.
    pub subject: Option<String>,
    /// The address the provider last vouched for. Never an identity, only a label.
    pub email: String,
    /// Display name.
    pub full_name: Option<String>,
    /// Picture URL.
    pub avatar_url: Option<String>,
    /// Whether the user is active. An inactive user may not sign in, and their sessions end. SQL `NULL` means active.
    pub is_active: bool,
    /// Whether an administrator (or the user, by enrolling) requires a second factor (`users.requires_2fa`).
    pub requires_second_factor: bool,
    /// When an administrator enforced it; if set, the user cannot remove the factor (`users.twofa_enforced_at`).
    pub enforced_at: Option<Timestamp>,
    /// Last sign-in.
    pub last_login: Option<Timestamp>,
    /// Row creation; old rows may lack it.
    pub created_at: Option<Timestamp>,
}

/// Identity that the callback passes to the store, once the ID token is verified and the access policy has admitted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderIdentity {
    /// Issuer, in canonical form (`https://accounts.google.com` for Google's both spellings).
    pub issuer: String,
    /// Subject: with the issuer, the identity (OpenID Connect Core §5.7).
    pub subject: String,
    /// Verified address.
    pub email: String,
    /// Display name.
    pub full_name: Option<String>,
    /// Picture URL.
    pub avatar_url: Option<String>,
    /// Whether the issuer is authoritative for the address, so that a row with this address and **no** subject may be
    /// adopted.
    pub may_link: bool,
}

/// Result of linking a user to another account of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relink {
    /// The user is linked to the account, and all their sessions are ended.
    Done,
    /// Another user has this subject; nothing was written.
    Taken,
    /// The user does not exist.
    Unknown,
}

/// Result of the search for an identity's user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserMatch {
    /// By issuer and subject.
    Known(User),
    /// A row without a subject was adopted by its verified address.
    Linked(User),
    /// A new row.
    Created(User),
    /// The user exists and is switched off; nothing was written.
    Inactive(UserId),
    /// The address belongs to another identity; nothing was written.
    EmailTaken,
}
