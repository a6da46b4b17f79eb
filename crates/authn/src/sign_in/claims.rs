//! From verified claims to an identity, and who may sign in.

use postern_model::user::ProviderIdentity;

use super::SignInError;

/// Longest subject, address and name that the `users` table holds.
const COLUMN_MAX: usize = 255;
/// Longest picture URL that the `users` table holds.
const PICTURE_MAX: usize = 500;

/// What a verified ID token says of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) email: Option<String>,
    pub(super) email_verified: bool,
    pub(super) hosted_domain: Option<String>,
    pub(super) name: Option<String>,
    pub(super) picture: Option<String>,
}

/// Who may sign in. The default admits nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessPolicy {
    /// Anybody with a verified address at the provider.
    pub anyone: bool,
    /// These addresses, compared without case.
    pub emails: Vec<String>,
    /// Google Workspace domains, by the token's `hd` claim, never by the address.
    pub domains: Vec<String>,
}

impl AccessPolicy {
    /// Turns claims into an identity where this policy admits them.
    pub(super) fn admit(&self, claims: &Claims) -> Result<ProviderIdentity, SignInError> {
        let malformed = |what: &str| SignInError::InvalidToken(what.to_owned());
        let subject = claims.subject.clone();
        if subject.is_empty() || subject.len() > COLUMN_MAX || !subject.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(malformed("unusable sub"));
        }
        let email = claims.email.as_deref().ok_or_else(|| malformed("no email claim"))?;
        let domain = domain_of(email).ok_or_else(|| malformed("unusable email"))?;
        if !claims.email_verified {
            return Err(SignInError::EmailUnverified);
        }
        let listed = |list: &[String], value: &str| list.iter().any(|entry| entry.eq_ignore_ascii_case(value));
        let hosted = claims.hosted_domain.as_deref();
        let admitted =
            self.anyone || listed(&self.emails, email) || hosted.is_some_and(|hosted| listed(&self.domains, hosted));
        if !admitted {
            return Err(SignInError::NotAllowed);
        }
        // Google speaks for gmail.com and for the Workspace domain that it names; for any other address it only says
        // that somebody once could read mail there.
        let may_link = domain.eq_ignore_ascii_case("gmail.com")
            || hosted.is_some_and(|hosted| hosted.eq_ignore_ascii_case(domain));
        Ok(ProviderIdentity {
            issuer: claims.issuer.clone(),
            subject,
            email: email.to_owned(),
            full_name: claims.name.as_deref().and_then(clean_name),
            avatar_url: claims.picture.as_deref().and_then(clean_picture),
            may_link,
        })
    }
}

/// The domain of an address of the plain form `local@domain`: one `@`, printable ASCII or letters beyond, no spaces.
fn domain_of(email: &str) -> Option<&str> {
    let (local, domain) = email.split_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && !part.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '@' | '"' | '<' | '>' | ','))
    };
    (email.len() <= COLUMN_MAX && plain(local) && plain(domain)).then_some(domain)
}

fn clean_name(name: &str) -> Option<String> {
    let clean: String = name.chars().filter(|c| !c.is_control()).take(COLUMN_MAX).collect();
    Some(clean.trim().to_owned()).filter(|clean| !clean.is_empty())
}

fn clean_picture(picture: &str) -> Option<String> {
    let https = picture.starts_with("https://") && picture.len() <= PICTURE_MAX;
    url::Url::parse(picture).ok().filter(|_| https).map(String::from).filter(|url| url.len() <= PICTURE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(email: &str) -> Claims {
        Claims {
            issuer: "https://accounts.google.com".to_owned(),
            subject: "1".to_owned(),
            email: Some(email.to_owned()),
            email_verified: true,
            ..Claims::default()
        }
    }

    fn hosted(email: &str, domain: &str) -> Claims {
        Claims { hosted_domain: Some(domain.to_owned()), ..claims(email) }
    }

    fn domains() -> AccessPolicy {
        AccessPolicy { domains: vec!["corp.com".to_owned()], ..AccessPolicy::default() }
    }

    #[test]
    fn nobody_is_admitted_unless_listed() {
        let nobody = AccessPolicy::default();
        assert!(matches!(nobody.admit(&hosted("a@corp.com", "corp.com")), Err(SignInError::NotAllowed)));
        let listed = AccessPolicy { emails: vec!["Ada@Corp.com".to_owned()], ..nobody };
        assert!(listed.admit(&claims("ada@corp.com")).is_ok());
        assert!(matches!(listed.admit(&claims("bob@corp.com")), Err(SignInError::NotAllowed)));
    }

    #[test]
    fn a_domain_is_the_token_s_hd_and_never_the_address() {
        assert!(domains().admit(&hosted("a@corp.com", "CORP.com")).is_ok());
        for refused in [claims("a@corp.com"), hosted("a@corp.com", "evil.com"), hosted("a@x.corp.com", "x.corp.com")] {
            assert!(matches!(domains().admit(&refused), Err(SignInError::NotAllowed)));
        }
    }

    #[test]
    fn odd_addresses_are_refused_whatever_the_policy() {
        let anyone = AccessPolicy { anyone: true, ..AccessPolicy::default() };
        for email in
            ["", "a", "@corp.com", "a@", "a@evil@corp.com", "a b@corp.com", "a@corp.com\r\nX: y", "\"a@b\"@c.d"]
        {
            assert!(matches!(anyone.admit(&claims(email)), Err(SignInError::InvalidToken(_))), "{email:?}");
        }
        let none = Claims { email: None, ..claims("a@b.c") };
        assert!(matches!(anyone.admit(&none), Err(SignInError::InvalidToken(_))));
    }

    #[test]
    fn an_unverified_address_cannot_sign_in_even_with_anyone() {
        let anyone = AccessPolicy { anyone: true, ..AccessPolicy::default() };
        let unverified = Claims { email_verified: false, ..claims("a@gmail.com") };
        assert!(matches!(anyone.admit(&unverified), Err(SignInError::EmailUnverified)));
    }

    #[test]
    fn only_addresses_that_google_speaks_for_may_adopt_a_row() {
        let anyone = AccessPolicy { anyone: true, ..AccessPolicy::default() };
        let links = |claims: &Claims| anyone.admit(claims).unwrap().may_link;
        assert!(links(&claims("a@gmail.com")));
        assert!(links(&hosted("a@corp.com", "corp.com")));
        assert!(!links(&claims("a@corp.com")));
        assert!(!links(&hosted("a@other.com", "corp.com")));
        assert!(!links(&claims("a@gmail.com.evil.com")));
    }

    #[test]
    fn names_and_pictures_are_cut_to_what_the_table_holds() {
        let anyone = AccessPolicy { anyone: true, ..AccessPolicy::default() };
        let long = Claims {
            name: Some(format!("\u{1b}[31m{}", "é".repeat(400))),
            picture: Some("javascript:alert(1)".to_owned()),
            ..claims("a@gmail.com")
        };
        let identity = anyone.admit(&long).unwrap();
        let name = identity.full_name.unwrap();
        assert_eq!(name.chars().count(), 255);
        assert!(!name.contains('\u{1b}'));
        assert_eq!(identity.avatar_url, None);
    }
}
