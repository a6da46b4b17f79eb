//! The URL of a database as libpq and SQLAlchemy write it, brought into the form that the store takes.

use form_urlencoded::byte_serialize;
use percent_encoding::percent_decode_str;
use postern_model::SecretString;
use url::Url;

use crate::table::Complaint;

/// Value of `sslrootcert` for the public authorities.
const SYSTEM: &str = "system";

/// URL of a database.
pub(crate) struct DatabaseUrl {
    /// `postgresql://…`, without `sslrootcert`.
    pub(crate) url: SecretString,
    /// The file of authorities that `sslrootcert` names.
    pub(crate) authorities: Option<String>,
}

/// Checks a URL. It also accepts SQLAlchemy's form (`postgresql+psycopg2://`).
///
/// # Errors
/// What is wrong, without the URL, and the remedy.
pub(crate) fn parse(text: &str) -> Result<DatabaseUrl, Complaint> {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    if let Some(complaint) = unsupported(rest) {
        return Err(complaint);
    }
    let (rest, authorities) = take_authorities(rest)?;
    let known = matches!(scheme.split('+').next(), Some("postgres" | "postgresql"));
    if !known || hosts(&rest).iter().any(|url| Url::parse(url).is_err()) {
        let remedy = "write postgresql://user:password@host:5432/database with special characters percent-encoded, or \
                      remove it for SQLite in state_dir";
        return Err(("this is no PostgreSQL URL".to_owned(), remedy));
    }
    Ok(DatabaseUrl { url: SecretString::from(format!("postgresql://{rest}")), authorities })
}

/// Takes `sslrootcert` out of a URL without its scheme, and gives it the effect that it has in libpq: a file makes `require`
/// check the chain as `verify-ca` does, and `system` makes `verify-full` the default and the only mode.
fn take_authorities(rest: &str) -> Result<(String, Option<String>), Complaint> {
    let Some((address, query)) = rest.split_once('?') else { return Ok((rest.to_owned(), None)) };
    let (mut kept, mut authorities, mut mode) = (Vec::new(), None, None);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        // libpq decodes percent signs and no plus signs.
        match pair.split_once('=').unwrap_or((pair, "")) {
            ("sslrootcert", value) => authorities = Some(percent_decode_str(value).decode_utf8_lossy().into_owned()),
            ("sslmode", value) => mode = Some(value),
            _ => kept.push(pair.to_owned()),
        }
    }
    let authorities = authorities.filter(|path| !path.is_empty());
    let mode = match (authorities.as_deref(), mode) {
        (Some(SYSTEM), None | Some("require" | "verify-full")) => Some("verify-full"),
        (Some(SYSTEM), Some(_)) => {
            let what = "sslrootcert=system needs sslmode=verify-full in this URL";
            return Err((what.to_owned(), "write sslmode=verify-full, or remove sslrootcert"));
        }
        (Some(_), Some("require")) => Some("verify-ca"),
        (_, mode) => mode,
    };
    kept.extend(mode.map(|mode| format!("sslmode={}", byte_serialize(mode.as_bytes()).collect::<String>())));
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    Ok((format!("{address}{query}"), authorities.filter(|path| path != SYSTEM)))
}

/// Splits a URL into one for each host: libpq separates hosts by commas, which URL parsers take for a part of the port.
fn hosts(rest: &str) -> Vec<String> {
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let user = if user.is_empty() { String::new() } else { format!("{user}@") };
    hosts.split(',').map(|host| format!("postgresql://{user}{host}{tail}")).collect()
}

/// Finds a libpq parameter that the driver does not support. Returns the problem and the remedy.
fn unsupported(rest: &str) -> Option<(String, &'static str)> {
    let (_, query) = rest.split_once('?')?;
    form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| {
        let remedy = match (name.as_ref(), value.as_ref()) {
            ("sslcert" | "sslkey" | "sslpassword" | "sslcrl" | "sslcrldir", _) => {
                "remove it: client certificates and revocation lists are not supported; sign in with a password"
            }
            ("service" | "servicefile" | "passfile", _) => {
                "write the host, user, password and database themselves, or name a file in store.url_file"
            }
            ("target_session_attrs", "primary") => "write target_session_attrs=read-write",
            ("target_session_attrs", "standby" | "prefer-standby" | "read-only") => {
                "write target_session_attrs=read-write: sessions are written to the store"
            }
            _ => return None,
        };
        Some((format!("the parameter {name} of this URL cannot be used"), remedy))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_model::ExposeSecret;

    fn parsed(query: &str) -> (String, Option<String>) {
        let DatabaseUrl { url, authorities } = parse(&format!("postgresql+psycopg2://u:p@db/name{query}")).unwrap();
        (url.expose_secret().strip_prefix("postgresql://u:p@db/name").unwrap().to_owned(), authorities)
    }

    #[test]
    fn authorities_named_in_the_url_have_the_effect_that_they_have_in_libpq() {
        for (query, left, authorities) in [
            ("", "", None),
            ("?sslmode=require", "?sslmode=require", None),
            ("?sslmode=verify-full&sslrootcert=/etc/ca.pem", "?sslmode=verify-full", Some("/etc/ca.pem")),
            ("?sslrootcert=%2Fetc%2Fc%2b+.pem&sslmode=verify-ca", "?sslmode=verify-ca", Some("/etc/c++.pem")),
            (
                "?sslmode=require&sslrootcert=ca.pem&application_name=x",
                "?application_name=x&sslmode=verify-ca",
                Some("ca.pem"),
            ),
            ("?sslrootcert=/etc/ca.pem", "", Some("/etc/ca.pem")),
            ("?sslmode=prefer&sslrootcert=/etc/ca.pem", "?sslmode=prefer", Some("/etc/ca.pem")),
            ("?sslrootcert=", "", None),
            ("?sslrootcert=system", "?sslmode=verify-full", None),
            ("?sslmode=verify-full&sslrootcert=system", "?sslmode=verify-full", None),
        ] {
            assert_eq!(parsed(query), (left.to_owned(), authorities.map(str::to_owned)), "{query}");
        }
    }

    #[test]
    fn public_authorities_with_a_mode_that_checks_less_are_refused_as_in_libpq() {
        for mode in ["disable", "allow", "prefer", "verify-ca"] {
            let url = format!("postgresql://u:p@db/name?sslrootcert=system&sslmode={mode}");
            assert!(parse(&url).is_err_and(|(what, _)| what.contains("verify-full")), "{mode}");
        }
    }
}
