//! The users that a route admits.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use postern_model::id::UserId;

use crate::subject::Subject;

/// Group of the administrators that the configuration names, whatever groups the store lists.
pub const ADMIN_GROUP: &str = "admin";

/// Lists of users. A user who is on any list is admitted; if all lists are empty, every user is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principals {
    users: HashSet<UserId>,
    emails: HashSet<Box<str>>,
    domains: HashSet<Box<str>>,
    groups: HashSet<Box<str>>,
    admins: HashSet<Box<str>>,
}

impl Principals {
    /// Builds the lists from user ids, addresses and Google Workspace domains (`hd`), both compared case-insensitively,
    /// and groups (compared exactly).
    pub fn new(
        users: impl IntoIterator<Item = UserId>,
        emails: &[String],
        domains: &[String],
        groups: &[String],
    ) -> Self {
        Self {
            users: users.into_iter().collect(),
            emails: lowered(emails),
            domains: lowered(domains),
            groups: groups.iter().map(|group| group.as_str().into()).collect(),
            admins: HashSet::new(),
        }
    }

    /// Adds the owners of these addresses to the group `admin`.
    #[must_use]
    pub fn with_admins(self, admins: &[String]) -> Self {
        // For routes that do not name the group, the addresses would only make equal lists differ.
        let admins = if self.groups.contains(ADMIN_GROUP) { lowered(admins) } else { HashSet::new() };
        Self { admins, ..self }
    }

    /// Whether all lists are empty, so that every user is admitted.
    pub fn is_anyone(&self) -> bool {
        self.users.is_empty() && self.emails.is_empty() && self.domains.is_empty() && self.groups.is_empty()
    }

    /// Whether `other` admits every user that these lists admit, as far as the lists themselves show it.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        other.is_anyone()
            || (!self.is_anyone()
                && self.users.is_subset(&other.users)
                && self.emails.is_subset(&other.emails)
                && self.domains.is_subset(&other.domains)
                && self.groups.is_subset(&other.groups)
                && self.admins.is_subset(&other.admins))
    }

    /// Whether a session's user is admitted. Addresses and domains are those that the provider vouched for at this
    /// session's sign-in, because the backend can write the columns of `users`.
    pub fn admits(&self, subject: &(impl Subject + ?Sized)) -> bool {
        if self.is_anyone() {
            return true;
        }
        let (person, claims) = (subject.person(), subject.claims());
        let email = |list| claims.email.is_some_and(|email| holds(list, email));
        self.users.contains(&person.id)
            || person.groups.iter().any(|group| self.groups.contains(group.as_str()))
            || email(&self.emails)
            || email(&self.admins)
            || claims.hosted_domain.is_some_and(|domain| holds(&self.domains, domain))
    }
}

impl fmt::Display for Principals {
    /// Writes the lists by name, each in order: `groups [ops], emails [ada@example.com]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = |list: &HashSet<Box<str>>| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let users = self.users.iter().map(ToString::to_string).collect();
        let lists = [
            ("users", users),
            ("emails", texts(&self.emails)),
            ("domains", texts(&self.domains)),
            ("groups", texts(&self.groups)),
        ];
        let mut gap = "";
        for (name, mut items) in lists.into_iter().filter(|(_, items)| !items.is_empty()) {
            items.sort_unstable();
            write!(f, "{gap}{name} [{}]", items.join(", "))?;
            gap = ", ";
        }
        if gap.is_empty() { f.write_str("everybody") } else { Ok(()) }
    }
}

fn lowered(items: &[String]) -> HashSet<Box<str>> {
    items.iter().map(|item| item.to_lowercase().into()).collect()
}

/// Whether a list in lower case contains a text, compared case-insensitively. Copies only a text that has upper-case
/// letters.
fn holds(list: &HashSet<Box<str>>, text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    !list.is_empty() && list.contains(&*if plain { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) })
}
