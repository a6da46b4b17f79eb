//! Size limits of the columns of `users`, the same in both stores.

use postern_model::session::Vouched;
use postern_model::store::StoreError;
use postern_model::user::ProviderIdentity;

/// Google's issuer; rows without `oidc_issuer` belong to it.
pub(crate) const GOOGLE: &str = "https://accounts.google.com";

/// Maximum number of sessions of one user. A further sign-in ends the least recently used one.
pub(crate) const SESSIONS_MAX: u32 = 100;

const NAME_MAX: usize = 255;
const URL_MAX: usize = 500;
const KEY_MAX: usize = 255;

/// Identity in the form in which it is written: every value fits its column.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bounded {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) email: String,
    pub(crate) full_name: Option<String>,
    pub(crate) avatar_url: Option<String>,
    pub(crate) may_link: bool,
}

impl Bounded {
    /// Returns the value of `oidc_issuer`: `NULL` for Google.
    pub(crate) fn stored_issuer(&self) -> Option<&str> {
        stored_issuer(&self.issuer)
    }
}

/// Accepts a value that identifies and must not be truncated.
pub(crate) fn key(what: &str, value: &str) -> Result<String, StoreError> {
    match value.chars().count() {
        1..=KEY_MAX if !value.contains('\0') => Ok(value.to_owned()),
        _ => Err(StoreError::Refused(format!("{what} is empty, longer than {KEY_MAX} characters, or holds a NUL"))),
    }
}

/// Takes the names of groups.
pub(crate) fn groups(names: &[String]) -> Result<Vec<String>, StoreError> {
    names.iter().map(|name| key("the name of a group", name)).collect()
}

/// Returns the value of `oidc_issuer`: `NULL` for Google.
pub(crate) fn stored_issuer(issuer: &str) -> Option<&str> {
    (issuer != GOOGLE).then_some(issuer)
}

/// Truncates the name, drops a picture that does not fit, and rejects an issuer, subject or address that is too long.
pub(crate) fn identity(identity: &ProviderIdentity) -> Result<Bounded, StoreError> {
    let fits = |url: &&String| url.chars().count() <= URL_MAX && !url.contains('\0');
    Ok(Bounded {
        issuer: key("the issuer", &identity.issuer)?,
        subject: key("the subject", &identity.subject)?,
        email: key("the address", &identity.email)?,
        full_name: identity
            .full_name
            .as_deref()
            .map(|name| name.chars().filter(|c| *c != '\0').take(NAME_MAX).collect()),
        avatar_url: identity.avatar_url.as_ref().filter(fits).cloned(),
        may_link: identity.may_link,
    })
}

/// Returns address, domain and given name as they are written with a session; a value that does not fit its column is dropped.
pub(crate) fn vouched(vouched: &Vouched) -> [Option<&str>; 3] {
    let fits = |claim: &&str| matches!(claim.chars().count(), 1..=KEY_MAX) && !claim.contains('\0');
    let claims = [&vouched.email, &vouched.hosted_domain, &vouched.given_name];
    claims.map(|claim| claim.as_deref().filter(fits))
}

/// Removes NUL from free text, since PostgreSQL cannot store it.
pub(crate) fn text(value: Option<&str>) -> Option<String> {
    value.map(|value| value.replace('\0', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> ProviderIdentity {
        ProviderIdentity {
            issuer: GOOGLE.to_owned(),
            subject: "1".to_owned(),
            email: "ada@example.com".to_owned(),
            full_name: None,
            avatar_url: None,
            may_link: false,
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_a_long_picture_is_dropped() {
        let long = ProviderIdentity {
            full_name: Some("ä".repeat(300)),
            avatar_url: Some(format!("https://{}", "x".repeat(500))),
            ..sample()
        };
        let bounded = identity(&long).unwrap();
        assert_eq!(bounded.full_name, Some("ä".repeat(255)));
        assert_eq!(bounded.avatar_url, None);
    }

    #[test]
    fn what_identifies_is_never_cut() {
        assert!(identity(&ProviderIdentity { subject: "1".repeat(256), ..sample() }).is_err());
        assert!(identity(&ProviderIdentity { email: String::new(), ..sample() }).is_err());
        assert!(identity(&ProviderIdentity { email: "a\0@example.com".to_owned(), ..sample() }).is_err());
    }

    #[test]
    fn google_is_stored_as_null() {
        assert_eq!(identity(&sample()).unwrap().stored_issuer(), None);
        let other = ProviderIdentity { issuer: "https://id.example".to_owned(), ..sample() };
        assert_eq!(identity(&other).unwrap().stored_issuer(), Some("https://id.example"));
    }
}
