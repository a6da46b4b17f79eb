//! Whom a decision is about, in whatever form their session is at hand.

use std::fmt;

use postern_model::clock::Timestamp;
use postern_model::id::{SessionId, UserId};
use postern_model::session::{SessionView, Verified};

/// Somebody with a session: all that a decision, and then an identity, is made from. Stores give a whole [`SessionView`];
/// a cache of many sessions keeps less of each.
pub trait Subject: fmt::Debug + Sync {
    /// Which session.
    fn session(&self) -> SessionId;

    /// Where the session stands.
    fn facts(&self) -> Facts;

    /// Who they are.
    fn person(&self) -> Person<'_>;

    /// What the provider said of them at sign-in.
    fn claims(&self) -> Claims<'_>;
}

/// What was done in a session and what its user must do, as far as decisions ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whether the user may sign in at all.
    pub is_active: bool,
    /// Whether an administrator, or the user by enrolling, demands a second factor.
    pub must_verify: bool,
    /// Whether the user owns a second factor.
    pub enrolled: bool,
    /// When the provider's sign-in was completed.
    pub first_factor_at: Timestamp,
    /// The second factor that the session did last.
    pub second_factor: Option<Verified>,
    /// When the last request was seen.
    pub last_seen_at: Timestamp,
}

/// Who somebody is. Labels, but for the identifier and the provider's subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person<'s> {
    /// The user.
    pub id: UserId,
    /// The provider's subject.
    pub subject: Option<&'s str>,
    /// Address.
    pub email: &'s str,
    /// Display name.
    pub full_name: Option<&'s str>,
    /// Picture URL.
    pub avatar_url: Option<&'s str>,
    /// Group names, sorted.
    pub groups: &'s [String],
}

/// What an ID token vouched for; see [`postern_model::session::Vouched`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims<'s> {
    /// The verified address.
    pub email: Option<&'s str>,
    /// The Google Workspace domain, in lower case.
    pub hosted_domain: Option<&'s str>,
}

impl Subject for SessionView {
    fn session(&self) -> SessionId {
        self.session.id
    }

    fn facts(&self) -> Facts {
        Facts {
            is_active: self.user.is_active,
            must_verify: self.user.requires_second_factor || self.user.enforced_at.is_some(),
            enrolled: self.factors.enrolled(),
            first_factor_at: self.session.first_factor_at,
            second_factor: self.session.second_factor,
            last_seen_at: self.session.last_seen_at,
        }
    }

    fn person(&self) -> Person<'_> {
        let user = &self.user;
        Person {
            id: user.id,
            subject: user.subject.as_deref(),
            email: &user.email,
            full_name: user.full_name.as_deref(),
            avatar_url: user.avatar_url.as_deref(),
            groups: &self.groups,
        }
    }

    fn claims(&self) -> Claims<'_> {
        let vouched = &self.session.vouched;
        Claims { email: vouched.email.as_deref(), hosted_domain: vouched.hosted_domain.as_deref() }
    }
}
