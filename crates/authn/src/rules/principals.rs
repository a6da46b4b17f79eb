//! The people that a route is for.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use postern_model::id::UserId;

use crate::subject::Subject;

/// The group of the people that the configuration names as administrators, whatever the store says.
pub const ADMIN_GROUP: &str = "admin";

/// Lists of people. Whoever is on any of them is meant; where all are empty, everybody is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principals {
    users: HashSet<UserId>,
    emails: HashSet<Box<str>>,
    domains: HashSet<Box<str>>,
    groups: HashSet<Box<str>>,
    admins: HashSet<Box<str>>,
}

impl Principals {
    /// Takes identifiers, addresses (compared without case), Google Workspace domains (`hd`, compared without case) and
    /// groups (compared exactly).
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

    /// Counts the owners of these addresses to the group `admin`.
    #[must_use]
    pub fn with_admins(self, admins: &[String]) -> Self {
        // Beside routes that do not ask for the group they would only make equal lists differ.
        let admins = if self.groups.contains(ADMIN_GROUP) { lowered(admins) } else { HashSet::new() };
        Self { admins, ..self }
    }

    /// Whether nobody is listed, so that everybody is meant.
    pub fn is_anyone(&self) -> bool {
        self.users.is_empty() && self.emails.is_empty() && self.domains.is_empty() && self.groups.is_empty()
    }

    /// Whether everybody whom these lists mean is meant by `other` too, as far as the lists themselves show it.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        other.is_anyone()
            || (!self.is_anyone()
                && self.users.is_subset(&other.users)
                && self.emails.is_subset(&other.emails)
                && self.domains.is_subset(&other.domains)
                && self.groups.is_subset(&other.groups)
                && self.admins.is_subset(&other.admins))
    }

    /// Whether a session's user is meant. Addresses and domains are those that the provider vouched for at this session's
    /// sign-in: the columns of `users` can be written by the backend.
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
    /// The lists by name, each in order: `groups [ops], emails [ada@example.com]`.
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

/// Whether a list in lower case holds a text in any case. Copies only where there is something to lower.
fn holds(list: &HashSet<Box<str>>, text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    !list.is_empty() && list.contains(&*if plain { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) })
}
