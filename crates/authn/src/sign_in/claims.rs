//! From verified claims to an identity, and the check of who may sign in.

use postern_model::session::Vouched;
use postern_model::user::ProviderIdentity;

use super::SignInError;
use crate::admission::{AccessPolicy, believed, speaks_for};

/// Longest subject, address and name that fit in the `users` table.
const COLUMN_MAX: usize = 255;
/// Longest picture URL that fits in the `users` table.
const PICTURE_MAX: usize = 500;

/// Claims of a verified ID token about a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) email: Option<String>,
    pub(super) email_verified: bool,
    pub(super) hosted_domain: Option<String>,
    pub(super) name: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) picture: Option<String>,
}

impl AccessPolicy {
    /// Turns claims into an identity if this policy admits them, and returns the claims that lists may rely on.
    pub(super) fn admit(&self, claims: &Claims) -> Result<(ProviderIdentity, Vouched), SignInError> {
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
        let believed = believed(&claims.issuer, domain, hosted);
        let admitted = self.anyone
            || (believed && listed(&self.emails, email))
            || hosted.is_some_and(|hosted| listed(&self.domains, hosted));
        if !admitted {
            return Err(SignInError::NotAllowed);
        }
        let vouched = Vouched {
            email: believed.then(|| email.to_owned()),
            hosted_domain: hosted.map(str::to_ascii_lowercase),
            given_name: claims.given_name.as_deref().and_then(clean_name),
        };
        let identity = ProviderIdentity {
            issuer: claims.issuer.clone(),
            subject,
            email: email.to_owned(),
            full_name: claims.name.as_deref().and_then(clean_name),
            avatar_url: claims.picture.as_deref().and_then(clean_picture),
            may_link: speaks_for(&claims.issuer, domain, hosted),
        };
        Ok((identity, vouched))
    }
}

/// Returns the domain of an address of the plain form `local@domain`: one `@`, printable ASCII or letters beyond, no
/// spaces.
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
        let listed = AccessPolicy { emails: vec!["Ada@Corp.com".to_owned(), "Eve@gmail.com".to_owned()], ..nobody };
        assert!(listed.admit(&hosted("ada@corp.com", "corp.com")).is_ok());
        assert!(listed.admit(&claims("eve@gmail.com")).is_ok());
        assert!(matches!(listed.admit(&hosted("bob@corp.com", "corp.com")), Err(SignInError::NotAllowed)));
    }

    #[test]
    fn a_listed_address_that_google_does_not_speak_for_is_nobody_s() {
        let listed = AccessPolicy { emails: vec!["ada@corp.com".to_owned()], ..AccessPolicy::default() };
        for refused in [claims("ada@corp.com"), hosted("ada@corp.com", "other.com")] {
            assert!(matches!(listed.admit(&refused), Err(SignInError::NotAllowed)));
        }
        let anyone = AccessPolicy { anyone: true, ..AccessPolicy::default() };
        let vouched = |claims: &Claims| anyone.admit(claims).unwrap().1.email;
        assert_eq!(vouched(&claims("ada@corp.com")), None, "no list of a route or of administrators may count on it");
        assert_eq!(vouched(&hosted("ada@corp.com", "CORP.com")).as_deref(), Some("ada@corp.com"));
        let other = Claims { issuer: "https://id.example".to_owned(), ..claims("ada@corp.com") };
        assert_eq!(vouched(&other).as_deref(), Some("ada@corp.com"), "the operator chose this issuer");
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
        let links = |claims: &Claims| anyone.admit(claims).unwrap().0.may_link;
        assert!(links(&claims("a@gmail.com")));
        assert!(links(&hosted("a@corp.com", "corp.com")));
        assert!(!links(&claims("a@corp.com")));
        assert!(!links(&hosted("a@other.com", "corp.com")));
        assert!(!links(&claims("a@gmail.com.evil.com")));
        let elsewhere = Claims { issuer: "https://id.example".to_owned(), ..claims("a@gmail.com") };
        assert!(!links(&elsewhere), "Gmail is Google's alone");
    }

    #[test]
    fn names_and_pictures_are_cut_to_what_the_table_holds() {
        let anyone = AccessPolicy { anyone: true, ..AccessPolicy::default() };
        let long = Claims {
            name: Some(format!("\u{1b}[31m{}", "é".repeat(400))),
            given_name: Some(format!(" Mary Ann\n{}", "x".repeat(400))),
            picture: Some("javascript:alert(1)".to_owned()),
            ..claims("a@gmail.com")
        };
        let (identity, vouched) = anyone.admit(&long).unwrap();
        let given = vouched.given_name.unwrap();
        assert!(given.starts_with("Mary Annx") && given.chars().count() <= 255, "{given}");
        let name = identity.full_name.unwrap();
        assert_eq!(name.chars().count(), 255);
        assert!(!name.contains('\u{1b}'));
        assert_eq!(identity.avatar_url, None);
    }

    #[test]
    fn a_picture_is_kept_where_it_is_https_and_fits() {
        let url = |length: usize| format!("https://{}", "a".repeat(length - "https:///".len()));
        assert_eq!(clean_picture("https://img.example/a.png").as_deref(), Some("https://img.example/a.png"));
        // A slash is added where the path is empty, so one byte less fits.
        assert!(clean_picture(&format!("{}/", url(PICTURE_MAX))).is_some_and(|kept| kept.len() == PICTURE_MAX));
        for refused in [
            "http://img.example/a.png",
            "https://",
            "a.png",
            &url(PICTURE_MAX + 1),
            &format!("{}/", url(PICTURE_MAX + 1)),
        ] {
            assert_eq!(clean_picture(refused), None, "{refused}");
        }
        // What grows beyond the column when it is written in canonical form.
        assert_eq!(clean_picture(&format!("https://img.example/{}", "é".repeat(200))), None);
    }

    #[test]
    fn a_subject_of_the_longest_length_is_usable_and_no_other_characters_are() {
        let anyone = AccessPolicy { anyone: true, ..AccessPolicy::default() };
        let with = |subject: String| anyone.admit(&Claims { subject, ..claims("a@gmail.com") });
        assert!(with("x".repeat(COLUMN_MAX)).is_ok());
        for refused in ["x".repeat(COLUMN_MAX + 1), String::new(), "a b".to_owned(), "é".to_owned(), "a\n".to_owned()]
        {
            assert!(matches!(with(refused.clone()), Err(SignInError::InvalidToken(_))), "{refused:?}");
        }
    }
}
