//! The subject of an access decision, independent of how its session is stored.

use std::fmt;

use postern_model::clock::Timestamp;
use postern_model::device_binding::{BoundDevice, BoundKey};
use postern_model::id::{SessionId, UserId};
use postern_model::session::{SessionView, Verified};

/// Subject of a decision: the session data that a decision, and then an identity, is built from. Stores give a whole
/// [`SessionView`]; the session cache keeps less of each session.
pub trait Subject: fmt::Debug + Sync {
    /// Session identifier.
    fn session(&self) -> SessionId;

    /// Session state.
    fn facts(&self) -> Facts;

    /// The user's profile.
    fn person(&self) -> Person<'_>;

    /// Claims that the provider vouched for at sign-in.
    fn claims(&self) -> Claims<'_>;
}

/// Session and user state that decisions read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whether the user account is active.
    pub is_active: bool,
    /// Whether an administrator, or the user by enrolling, requires a second factor.
    pub must_verify: bool,
    /// Whether the user has a second factor.
    pub enrolled: bool,
    /// Time at which the provider's sign-in was completed.
    pub first_factor_at: Timestamp,
    /// The second factor that the session verified last.
    pub second_factor: Option<Verified>,
    /// Expiry of the session's pending enrolment, if any: until then the session may wait for its second factor.
    pub set_up_until: Option<Timestamp>,
    /// Time of the last request.
    pub last_seen_at: Timestamp,
    /// The key of the device that the session is bound to, if it is.
    pub device: Option<BoundKey>,
}

/// Profile of a user. All fields are labels, except the user id and the provider's subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person<'s> {
    /// User id.
    pub id: UserId,
    /// The provider's subject identifier.
    pub subject: Option<&'s str>,
    /// E-mail address.
    pub email: &'s str,
    /// Display name.
    pub full_name: Option<&'s str>,
    /// Given name that the provider told at sign-in; see [`Person::given_name`].
    pub told_given_name: Option<&'s str>,
    /// Picture URL.
    pub avatar_url: Option<&'s str>,
    /// Group names, sorted.
    pub groups: &'s [String],
}

impl<'s> Person<'s> {
    /// Returns the given name as the provider told it ("Mary Ann"). For sessions from before it was recorded, and for
    /// providers that tell none, the first word of the display name.
    pub fn given_name(&self) -> Option<&'s str> {
        self.told_given_name.or_else(|| self.full_name?.split_whitespace().next())
    }
}

/// Claims that the ID token vouched for; see [`postern_model::session::Vouched`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims<'s> {
    /// The verified e-mail address.
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
            set_up_until: self.session.set_up_until,
            last_seen_at: self.session.last_seen_at,
            device: self.session.device.as_ref().map(BoundDevice::bound_key),
        }
    }

    fn person(&self) -> Person<'_> {
        let user = &self.user;
        Person {
            id: user.id,
            subject: user.subject.as_deref(),
            email: &user.email,
            full_name: user.full_name.as_deref(),
            told_given_name: self.session.vouched.given_name.as_deref(),
            avatar_url: user.avatar_url.as_deref(),
            groups: &self.groups,
        }
    }

    fn claims(&self) -> Claims<'_> {
        let vouched = &self.session.vouched;
        Claims { email: vouched.email.as_deref(), hosted_domain: vouched.hosted_domain.as_deref() }
    }
}
