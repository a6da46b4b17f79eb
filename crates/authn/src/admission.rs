//! Who may sign in, and which addresses of a provider are trusted. Both are checked at every decision: a session keeps
//! an address only if it was trusted, and the lists are evaluated each time.

use std::sync::Arc;

use crate::rules::principals::Principals;
use crate::subject::Subject;

/// Google's own issuer identifier.
const GOOGLE: &str = "https://accounts.google.com";
/// Domains whose addresses are Google's own accounts.
const GOOGLE_MAIL: [&str; 2] = ["gmail.com", "googlemail.com"];

/// Policy of who may sign in. The default admits no user.
///
/// An address counts only if the provider is trusted about it: Google about Gmail addresses and about those of the
/// Workspace domain that its token names (`hd`). For any other address Google only states that its owner could once
/// read mail there. Another issuer was chosen by the operator as the only one, so its verified addresses are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessPolicy {
    /// Every user with a verified address at the provider.
    pub anyone: bool,
    /// These addresses, compared without case.
    pub emails: Vec<String>,
    /// Google Workspace domains, by the token's `hd` claim, never by the address.
    pub domains: Vec<String>,
}

impl AccessPolicy {
    /// Returns the lists in the form that decisions use.
    pub fn admission(&self) -> Admission {
        let listed = || Principals::new([], &self.emails, &self.domains, &[]);
        Admission((!self.anyone).then(|| Arc::new(listed())))
    }
}

/// Lists of who may sign in, for decisions. The default admits every user: one who has a session was admitted at
/// sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission(Option<Arc<Principals>>);

impl Admission {
    /// Whether the user of a session may still sign in.
    pub fn admits(&self, subject: &(impl Subject + ?Sized)) -> bool {
        self.0.as_ref().is_none_or(|listed| !listed.is_anyone() && listed.admits(subject))
    }
}

/// Whether `issuer` is authoritative for addresses of `domain`, so that an account made for one of these addresses
/// belongs to the identity that the issuer vouches for. `hosted` is the token's `hd` claim.
pub(crate) fn speaks_for(issuer: &str, domain: &str, hosted: Option<&str>) -> bool {
    hosted.is_some_and(|hosted| hosted.eq_ignore_ascii_case(domain))
        || (issuer == GOOGLE && GOOGLE_MAIL.iter().any(|own| own.eq_ignore_ascii_case(domain)))
}

/// Whether a verified address of `domain` counts in lists.
pub(crate) fn believed(issuer: &str, domain: &str, hosted: Option<&str>) -> bool {
    issuer != GOOGLE || speaks_for(issuer, domain, hosted)
}
