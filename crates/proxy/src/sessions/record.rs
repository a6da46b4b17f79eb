//! Compact session record: the fields that decisions and identities need, without the rest of the store's rows.

use postern_authn::subject::{Claims, Facts, Person, Subject};
use postern_model::clock::Timestamp;
use postern_model::id::{SessionId, UserId};
use postern_model::session::{SessionView, Verified};

/// Fields that are kept of a [`SessionView`], without the key of its device.
#[derive(Debug)]
pub(super) struct Record {
    session: SessionId,
    user: UserId,
    facts: StoredFacts,
    texts: Texts<7>,
    groups: Box<[String]>,
}

/// [`Facts`] in less space: the end of a set-up matters only while no second factor was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StoredFacts {
    is_active: bool,
    must_verify: bool,
    enrolled: bool,
    first_factor_at: Timestamp,
    last_seen_at: Timestamp,
    second: Second,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Second {
    None,
    SettingUp { until: Timestamp },
    Verified(Verified),
}

impl StoredFacts {
    fn new(facts: Facts) -> Self {
        let Facts { is_active, must_verify, enrolled, first_factor_at, last_seen_at, .. } = facts;
        let second = match (facts.second_factor, facts.set_up_until) {
            (Some(verified), _) => Second::Verified(verified),
            (None, Some(until)) => Second::SettingUp { until },
            (None, None) => Second::None,
        };
        Self { is_active, must_verify, enrolled, first_factor_at, last_seen_at, second }
    }

    fn facts(self) -> Facts {
        let Self { is_active, must_verify, enrolled, first_factor_at, last_seen_at, second } = self;
        let (second_factor, set_up_until) = match second {
            Second::None => (None, None),
            Second::SettingUp { until } => (None, Some(until)),
            Second::Verified(verified) => (Some(verified), None),
        };
        Facts {
            is_active,
            must_verify,
            enrolled,
            first_factor_at,
            second_factor,
            set_up_until,
            last_seen_at,
            device: None,
        }
    }
}

/// Mark of an absent text.
const ABSENT: u32 = 1 << 31;

/// Optional texts, stored one after the other in one allocation.
#[derive(Debug, PartialEq, Eq)]
struct Texts<const COUNT: usize> {
    all: Box<str>,
    /// End position of each; absent ones are marked.
    ends: [u32; COUNT],
}

impl Record {
    /// Takes the session that the store returned.
    pub(super) fn new(view: SessionView) -> Self {
        let (person, claims) = (view.person(), view.claims());
        let texts = [
            person.subject,
            Some(person.email),
            person.full_name,
            person.avatar_url,
            person.told_given_name,
            claims.email,
            claims.hosted_domain,
        ];
        Self {
            session: view.session.id,
            user: person.id,
            facts: StoredFacts::new(view.facts()),
            texts: Texts::new(texts),
            groups: view.groups.into_iter().map(|group| group.into_boxed_str().into_string()).collect(),
        }
    }

    /// Returns the session identifier.
    pub(super) fn session(&self) -> SessionId {
        self.session
    }

    /// Returns the user.
    pub(super) fn user(&self) -> UserId {
        self.user
    }

    /// Returns the session state at the time of reading, without the key of its device.
    pub(super) fn facts(&self) -> Facts {
        self.facts.facts()
    }

    /// Returns the user's profile.
    pub(super) fn person(&self) -> Person<'_> {
        let [subject, email, full_name, avatar_url, told_given_name, ..] = self.texts.all();
        let email = email.unwrap_or_default();
        Person { id: self.user, subject, email, full_name, told_given_name, avatar_url, groups: &self.groups }
    }

    /// Returns the provider's claims.
    pub(super) fn claims(&self) -> Claims<'_> {
        let [.., email, hosted_domain] = self.texts.all();
        Claims { email, hosted_domain }
    }

    /// Whether both records give the same identity headers.
    pub(super) fn tells_the_same(&self, other: &Self) -> bool {
        let facts = StoredFacts { last_seen_at: other.facts.last_seen_at, ..self.facts };
        self.session == other.session
            && self.user == other.user
            && facts == other.facts
            && self.texts == other.texts
            && self.groups == other.groups
    }
}

impl<const COUNT: usize> Texts<COUNT> {
    fn new(texts: [Option<&str>; COUNT]) -> Self {
        let mut length = 0_usize;
        let ends = texts.map(|text| {
            length += text.unwrap_or_default().len();
            // No text of a row is longer; a longer one and all texts after it would be absent.
            let end = u32::try_from(length).unwrap_or(u32::MAX);
            if text.is_some() { end } else { end | ABSENT }
        });
        Self { all: texts.into_iter().flatten().collect::<Vec<_>>().concat().into_boxed_str(), ends }
    }

    fn all(&self) -> [Option<&str>; COUNT] {
        let mut start = 0;
        self.ends.map(|end| {
            let (end, present) = ((end & !ABSENT) as usize, end & ABSENT == 0);
            let text = self.all.get(start..end);
            start = end;
            text.filter(|_| present)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::testing::view;
    use postern_model::factor::SecondFactor;
    use postern_model::session::Vouched;
    use postern_testkit::entropy::SeededEntropy;
    use proptest::prelude::*;

    #[test]
    fn a_record_says_what_the_view_said() {
        let mut view = view();
        for step in 0..10 {
            match step {
                0 => {}
                1 => view.user.subject = None,
                2 => view.user.full_name = Some("Ada Lovelace".to_owned()),
                3 => view.user.avatar_url = Some(String::new()),
                4 => view.groups = vec!["ops".to_owned(), "r,d\0".to_owned()],
                5 => {
                    let (hosted_domain, given_name) = (Some("example.com".to_owned()), Some("Mary Ann".to_owned()));
                    view.session.vouched = Vouched { email: None, hosted_domain, given_name };
                }
                6 => view.user.is_active = false,
                7 => view.session.second_factor = None,
                8 => view.session.set_up_until = Some(Timestamp::from_secs(7)),
                _ => (view.user.requires_second_factor, view.user.enforced_at) = (false, Some(Timestamp::from_secs(1))),
            }
            let record = Record::new(view.clone());
            assert_eq!((record.session(), record.user()), (view.session.id, view.user.id));
            assert_eq!(record.facts(), view.facts());
            assert_eq!(record.person(), view.person());
            assert_eq!(record.claims(), view.claims());
        }
    }

    #[test]
    fn whoever_was_only_seen_again_is_told_the_same_and_nobody_else() {
        let record = Record::new(view());
        type Invalidation = fn(&mut SessionView);
        let changes: [(bool, Invalidation); 11] = [
            (true, |view| view.session.last_seen_at = Timestamp::from_secs(1)),
            (true, |view| view.session.version += 1),
            (false, |view| view.session.id = SessionId::draw(&SeededEntropy::new(8))),
            (false, |view| view.user.id = UserId::draw(&SeededEntropy::new(8))),
            (false, |view| view.user.email = "grace@example.com".to_owned()),
            (false, |view| view.user.full_name = Some(String::new())),
            (false, |view| view.groups = vec!["ops".to_owned()]),
            (false, |view| view.session.second_factor = None),
            (false, |view| view.session.second_factor.as_mut().unwrap().method = SecondFactor::Backup),
            (false, |view| view.session.vouched.given_name = Some("Mary Ann".to_owned())),
            (false, |view| view.session.first_factor_at = Timestamp::from_secs(1)),
        ];
        for (same, change) in changes {
            let mut other = view();
            change(&mut other);
            assert_eq!(record.tells_the_same(&Record::new(other.clone())), same, "{other:?}");
        }
    }

    #[test]
    fn a_record_is_small() {
        assert!(size_of::<Record>() <= 144, "{}", size_of::<Record>());
    }

    proptest! {
        #[test]
        fn texts_come_out_as_they_went_in(texts: [Option<String>; 4]) {
            let texts = texts.each_ref().map(Option::as_deref);
            let packed = Texts::new(texts);
            prop_assert_eq!(packed.all(), texts);
        }
    }
}
