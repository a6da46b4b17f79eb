//! People, and how a provider's claims become one of them.

use crate::clock::Timestamp;
use crate::id::UserId;

/// A person as the backend's `users` table knows them.
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
    /// False: may not sign in, and sessions are dead. SQL `NULL` means active.
    pub is_active: bool,
    /// An administrator (or the user, by enrolling) demands a second factor (`users.requires_2fa`).
    pub requires_second_factor: bool,
    /// When an administrator enforced it; set, the user cannot switch it off (`users.twofa_enforced_at`).
    pub enforced_at: Option<Timestamp>,
    /// Last sign-in.
    pub last_login: Option<Timestamp>,
    /// Row creation; old rows may lack it.
    pub created_at: Option<Timestamp>,
}

/// What the callback asks of the store, once the ID token is verified and the access policy has agreed.
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
    /// The issuer is authoritative for the address, so a row with this address and **no** subject may be adopted.
    pub may_link: bool,
}

/// How an administrator gave a user another account of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relink {
    /// The user has the account, and all their sessions are ended.
    Done,
    /// Another user has this subject; nothing was written.
    Taken,
    /// There is no such user.
    Unknown,
}

/// How the store found the user for an identity.
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
