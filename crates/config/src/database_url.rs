//! The URL of a database as libpq and SQLAlchemy write it, brought into the form that the store takes.

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
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let parameters = Parameters::read(query)?;
    let known = matches!(scheme.split('+').next(), Some("postgres" | "postgresql"));
    if !known || hosts(address).iter().any(|url| Url::parse(url).is_err()) {
        let remedy = "write postgresql://user:password@host:5432/database with special characters percent-encoded, or \
                      remove it for SQLite in state_dir";
        return Err(("this is no PostgreSQL URL".to_owned(), remedy));
    }
    let query = if parameters.kept.is_empty() { String::new() } else { format!("?{}", parameters.kept.join("&")) };
    let url = SecretString::from(format!("postgresql://{address}{query}"));
    Ok(DatabaseUrl { url, authorities: parameters.authorities })
}

/// Splits an address into a URL for each host: libpq separates hosts by commas, which URL parsers take for a part of the port.
/// A host may be absent, beside a user too: the query then names it (`?host=/run/postgresql`).
fn hosts(address: &str) -> Vec<String> {
    let (authority, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let user = |host: &str| if user.is_empty() || host.is_empty() { String::new() } else { format!("{user}@") };
    hosts.split(',').map(|host| format!("postgresql://{}{host}{path}", user(host))).collect()
}

/// Parameters of a URL that the driver is given, with the effect that libpq gives them.
struct Parameters {
    kept: Vec<String>,
    authorities: Option<String>,
}

impl Parameters {
    fn read(query: &str) -> Result<Self, Complaint> {
        let (mut kept, mut authorities, mut mode) = (Vec::new(), None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, raw) = pair.split_once('=').unwrap_or((pair, ""));
            // libpq decodes percent signs and no plus signs.
            let value = percent_decode_str(raw).decode_utf8_lossy().into_owned();
            match name {
                "sslrootcert" => authorities = Some(value),
                "sslmode" => mode = Some(value),
                // As drivers of other languages write it.
                "ssl" if value == "true" => mode = mode.or(Some("require".to_owned())),
                _ => match meaning(name, &value) {
                    Meaning::Kept => kept.push(pair.to_owned()),
                    Meaning::Written(name) => kept.push(format!("{name}={raw}")),
                    Meaning::Read(value) => kept.push(format!("{name}={value}")),
                    Meaning::Ignored => {}
                    Meaning::Refused(remedy) => {
                        return Err((format!("the parameter {name} of this URL cannot be used"), remedy));
                    }
                },
            }
        }
        let authorities = authorities.filter(|path| !path.is_empty());
        // A file makes `require` check the chain; `system` makes `verify-full` the default and the only mode.
        let mode = match (authorities.as_deref(), mode.as_deref()) {
            (Some(SYSTEM), None | Some("require" | "verify-full")) => Some("verify-full"),
            (Some(SYSTEM), Some(_)) => {
                let what = "sslrootcert=system needs sslmode=verify-full in this URL";
                return Err((what.to_owned(), "write sslmode=verify-full, or remove sslrootcert"));
            }
            (Some(_), Some("require")) => Some("verify-ca"),
            (_, None) => None,
            (_, Some(mode @ ("disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full"))) => Some(mode),
            (_, Some(_)) => {
                let what = "the sslmode of this URL is unknown";
                return Err((what.to_owned(), "write sslmode=verify-full, or another mode of PostgreSQL's manual"));
            }
        };
        kept.extend(mode.map(|mode| format!("sslmode={mode}")));
        Ok(Self { kept, authorities: authorities.filter(|path| path != SYSTEM) })
    }
}

/// What becomes of a parameter.
enum Meaning {
    /// The driver knows it.
    Kept,
    /// The driver knows it by this name.
    Written(&'static str),
    /// The driver knows it with this value.
    Read(&'static str),
    /// It changes nothing here.
    Ignored,
    /// It would change something that is not supported; with the remedy.
    Refused(&'static str),
}

/// Returns what becomes of a parameter of libpq (PostgreSQL's manual, §32.1.2).
fn meaning(name: &str, value: &str) -> Meaning {
    match (name, value) {
        (
            "user"
            | "password"
            | "dbname"
            | "host"
            | "hostaddr"
            | "port"
            | "options"
            | "application_name"
            | "connect_timeout"
            | "tcp_user_timeout"
            | "keepalives"
            | "keepalives_idle"
            | "keepalives_interval"
            | "channel_binding"
            | "load_balance_hosts"
            | "sslnegotiation",
            _,
        ) => Meaning::Kept,
        ("keepalives_count", _) => Meaning::Written("keepalives_retries"),
        ("target_session_attrs", "primary") => Meaning::Read("read-write"),
        ("target_session_attrs", "standby" | "prefer-standby" | "read-only") => {
            Meaning::Refused("write target_session_attrs=read-write: sessions are written to the store")
        }
        ("target_session_attrs", _) => Meaning::Kept,
        // The driver speaks UTF-8 and TLS 1.2 or later, names the host, compresses nothing, and knows no Kerberos.
        (
            "client_encoding"
            | "fallback_application_name"
            | "sslcompression"
            | "sslsni"
            | "krbsrvname"
            | "gsslib"
            | "gssdelegation"
            | "ssl_max_protocol_version",
            _,
        )
        | ("gssencmode", "" | "disable" | "prefer")
        | ("sslcertmode", "" | "disable" | "allow")
        | ("ssl_min_protocol_version", "" | "TLSv1" | "TLSv1.1" | "TLSv1.2")
        | (
            "sslcert" | "sslkey" | "sslpassword" | "sslcrl" | "sslcrldir" | "service" | "servicefile" | "passfile"
            | "requirepeer" | "require_auth",
            "",
        ) => Meaning::Ignored,
        ("sslcert" | "sslkey" | "sslpassword" | "sslcrl" | "sslcrldir" | "sslcertmode", _) => Meaning::Refused(
            "remove it: client certificates and revocation lists are not supported; sign in with a password",
        ),
        ("service" | "servicefile" | "passfile", _) => {
            Meaning::Refused("write the host, user, password and database themselves, or name a file in store.url_file")
        }
        ("gssencmode", _) => Meaning::Refused("remove it: Kerberos is not supported; encrypt with sslmode=verify-full"),
        ("requirepeer" | "require_auth" | "ssl_min_protocol_version", _) => {
            Meaning::Refused("remove it: this is not checked; sslmode=verify-full makes sure of the server")
        }
        _ => Meaning::Refused("remove it: PostgreSQL's libpq knows no such parameter"),
    }
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
    fn every_parameter_of_libpq_works_or_is_refused_with_what_to_do() {
        for (query, left) in [
            ("?host=/run/postgresql&port=5433", "?host=/run/postgresql&port=5433"),
            ("?options=-c%20geqo%3Doff&connect_timeout=3", "?options=-c%20geqo%3Doff&connect_timeout=3"),
            ("?keepalives_count=3", "?keepalives_retries=3"),
            ("?target_session_attrs=primary", "?target_session_attrs=read-write"),
            ("?target_session_attrs=any", "?target_session_attrs=any"),
            ("?gssencmode=disable&sslcompression=0&sslsni=1&client_encoding=utf8&krbsrvname=x", ""),
            ("?sslcert=&fallback_application_name=x&ssl_min_protocol_version=TLSv1.2", ""),
            ("?ssl=true", "?sslmode=require"),
            ("?ssl=true&sslmode=disable", "?sslmode=disable"),
            ("?&", ""),
        ] {
            assert_eq!(parsed(query), (left.to_owned(), None), "{query}");
        }
        for (parameter, told) in [
            ("gssencmode=require", "Kerberos"),
            ("sslkey=/k.pem", "client certificates"),
            ("requirepeer=postgres", "not checked"),
            ("require_auth=scram-sha-256", "not checked"),
            ("ssl_min_protocol_version=TLSv1.3", "not checked"),
            ("target_session_attrs=standby", "read-write"),
            ("pgbouncer=true", "remove it"),
            ("sslmode=no-verify", "verify-full"),
        ] {
            let (what, remedy) = parse(&format!("postgresql://u:canary@db/x?{parameter}")).err().unwrap();
            let name = parameter.split('=').next().unwrap();
            assert!(
                what.contains(name) && remedy.contains(told) && !what.contains("canary"),
                "{parameter}: {what}; {remedy}"
            );
        }
    }

    #[test]
    fn a_host_may_be_named_by_the_query_alone_beside_a_user_too() {
        for url in [
            "postgresql:///db?host=/run/postgresql",
            "postgresql://u@/db?host=/run/postgresql",
            "postgresql+psycopg2://u:p@/db?host=/run/postgresql&port=5433",
            "postgres://?host=/run/postgresql&dbname=db&user=u",
            "postgresql://u:p@%2Frun%2Fpostgresql/db",
            "postgresql://u:p@a:1,b:2,[::1]:3/db",
        ] {
            assert!(parse(url).is_ok(), "{url}");
        }
        for url in
            ["postgresql://u:p@[a/db", "postgresql://u:p@a b/db", "postgresql://u:p@a:port/db", "mysql://a/b", ""]
        {
            assert!(parse(url).is_err(), "{url}");
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
