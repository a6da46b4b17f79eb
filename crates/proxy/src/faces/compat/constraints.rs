//! Constraints in the query of oauth2-proxy's `auth` endpoint (its page "Endpoints", section "Auth").

use postern_authn::access::Identity;

/// Constraints in addition to the rules.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Constraints {
    groups: Option<Vec<String>>,
    emails: Option<Vec<String>>,
    domains: Option<Vec<String>>,
    users: Option<Vec<String>>,
    /// One match is enough.
    any: bool,
    /// Whether the absence of constraints denies.
    required: bool,
}

/// Error of a query with an unknown constraint. Ignoring it might deny less than was intended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

impl Constraints {
    /// Reads a query. Other parameters are ignored, except those whose names look like a constraint's: a misspelt one is an error.
    pub(super) fn parse(query: Option<&str>) -> Result<Self, Unreadable> {
        let mut all = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let list = match name.as_ref() {
                "allowed_groups" => &mut all.groups,
                "allowed_emails" => &mut all.emails,
                "allowed_email_domains" => &mut all.domains,
                "allowed_users" => &mut all.users,
                "require_all_matches" => {
                    all.any = !flag(&value)?;
                    continue;
                }
                "constraints_required" => {
                    all.required = flag(&value)?;
                    continue;
                }
                other if looks_like_one(other) => return Err(Unreadable),
                _ => continue,
            };
            let items = value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned);
            list.get_or_insert_default().extend(items);
        }
        Ok(all)
    }

    /// Whether there are constraints, so that a session is needed.
    pub(super) fn any(&self) -> bool {
        self.required || [&self.groups, &self.emails, &self.domains, &self.users].iter().any(|list| list.is_some())
    }

    /// Whether an identity satisfies them. An empty list matches no user.
    pub(super) fn fit(&self, identity: Identity<'_>, groups: &[String]) -> bool {
        let user = identity.person();
        let id = user.id.to_string();
        let checks = [
            self.groups.as_ref().map(|allowed| allowed.iter().any(|group| groups.contains(group))),
            self.emails.as_ref().map(|allowed| allowed.iter().any(|email| email.eq_ignore_ascii_case(user.email))),
            self.domains.as_ref().map(|allowed| allowed.iter().any(|domain| is_in_domain(user.email, domain))),
            self.users.as_ref().map(|allowed| allowed.contains(&id)),
        ];
        let mut given = checks.into_iter().flatten().peekable();
        if given.peek().is_none() {
            return !self.required;
        }
        if self.any { given.any(|fits| fits) } else { given.all(|fits| fits) }
    }
}

/// Whether a name looks like that of a constraint, however it is spelt.
fn looks_like_one(name: &str) -> bool {
    let letters: String =
        name.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect();
    ["allow", "alow", "group", "email", "domain", "user", "require", "match", "constrain"]
        .iter()
        .any(|word| letters.contains(word))
}

fn flag(text: &str) -> Result<bool, Unreadable> {
    match text {
        "true" | "True" | "TRUE" | "t" | "T" | "1" => Ok(true),
        "false" | "False" | "FALSE" | "f" | "F" | "0" => Ok(false),
        _ => Err(Unreadable),
    }
}

/// Compares the part after the only `@`; `.example.com` and `*.example.com` match subdomains.
fn is_in_domain(email: &str, domain: &str) -> bool {
    let Some((_, found)) = email.split_once('@').filter(|(_, found)| !found.contains('@')) else { return false };
    match domain.strip_prefix('*').unwrap_or(domain) {
        below if below.starts_with('.') => {
            let start = found.len().checked_sub(below.len()).filter(|start| *start > 0);
            start.and_then(|start| found.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(below))
        }
        whole => !whole.is_empty() && found.eq_ignore_ascii_case(whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_a_name_opens_no_door() {
        for query in [
            "allowed_group=a",
            "allowed_=a",
            "require_all_matches=no",
            "constraints_required=",
            "Allowed_groups=ops",
            "ALLOWED_GROUPS=ops",
            "allowed-groups=ops",
            "alowed_groups=ops",
            "%20allowed_groups=ops",
            "x;allowed_groups=ops",
            "x&amp;allowed_groups=ops",
            "Constraints_required=true",
            "groups=ops",
        ] {
            assert_eq!(Constraints::parse(Some(query)), Err(Unreadable), "{query}");
        }
        assert_eq!(Constraints::parse(Some("x=1&rd=/")), Ok(Constraints::default()));
        // Caddy sends the page's own query, so that a name without a word of theirs cannot be an error.
        let misspelt = Constraints { required: true, ..Constraints::default() };
        assert_eq!(Constraints::parse(Some("grups=ops&constraints_required=true")), Ok(misspelt), "which denies");
        assert_eq!(Constraints::parse(None), Ok(Constraints::default()));
    }

    #[test]
    fn lists_are_split_and_joined() {
        let read =
            Constraints::parse(Some("allowed_groups=a,%20b&allowed_groups=c&require_all_matches=false")).unwrap();
        assert_eq!(read.groups, Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
        assert!(read.any && read.any());
        assert_eq!(Constraints::parse(Some("allowed_groups=")).unwrap().groups, Some(Vec::new()));
        for name in ["allowed_groups", "allowed_emails", "allowed_email_domains", "allowed_users"] {
            assert!(Constraints::parse(Some(&format!("{name}=a"))).is_ok_and(|read| read.any()), "{name}");
        }
    }

    #[test]
    fn a_domain_is_what_stands_behind_the_only_at() {
        for (email, domain, fits) in [
            ("a@example.com", "example.com", true),
            ("a@Example.COM", "example.com", true),
            ("a@evil.com@example.com", "example.com", false),
            ("a@notexample.com", "example.com", false),
            ("a@x.example.com", "example.com", false),
            ("a@x.example.com", ".example.com", true),
            ("a@x.example.com", "*.example.com", true),
            ("a@example.com", ".example.com", false),
            ("a@.example.com", ".example.com", false),
            ("example.com", "example.com", false),
            ("a@", "", false),
            ("a@b", "*", false),
            ("a@ü.de", ".de", true),
        ] {
            assert_eq!(is_in_domain(email, domain), fits, "{email} {domain}");
        }
    }
}
