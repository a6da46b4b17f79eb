//! `[mail]`: mail about changes to accounts, and the server that sends it.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use postern_mail::{Mailbox, Security, SmtpServer};
use postern_model::SecretString;
use postern_model::mail::{MailKind, MailKinds};
use url::{Host, Url};

use crate::parse;
use crate::secret;
use crate::store;
use crate::table::{Complaint, Table};

/// Ports of the three schemes (RFC 8314 §7.3, RFC 6409 §3.1, RFC 5321 §4.5.4.2).
const PORTS: [(&str, Security, u16); 3] =
    [("smtps", Security::Tls, 465), ("smtp", Security::StartTls, 587), ("smtp+plaintext", Security::Plaintext, 25)];

/// Deadline of one delivery, unless another is given.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Wait after the first attempt that failed, unless another is given.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// How mail is sent, and what about.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// The server.
    pub server: SmtpServer,
    /// Sender.
    pub from: Mailbox,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Mailbox>,
    /// The kinds of changes that users are told.
    pub notices: MailKinds,
    /// Wait after the first attempt that failed; doubled with each further one.
    pub retry_after: Duration,
}

/// The URL of the server.
struct Address {
    host: String,
    port: u16,
    security: Security,
    user: Option<String>,
    on_this_machine: bool,
}

/// Reads the section. `None`: mail is off.
pub(crate) fn read(table: &mut Table<'_>) -> Option<MailConfig> {
    let wanted = table.given("url");
    let address = table.make("url", address);
    let plaintext = table.flag("plaintext", false);
    if let Some(address) = address.as_ref().filter(|address| address.security == Security::Plaintext)
        && !address.on_this_machine
        && !plaintext
    {
        let what = format!("smtp+plaintext:// sends mail to {} readable for everybody on the way", address.host);
        table.report("url", what, "write smtps:// or smtp://, which requires STARTTLS, or plaintext = true beside it");
    }
    let remedy = "write the sender's address, such as \"Postern <postern@example.com>\"";
    let from = match wanted {
        true => table.require("from", remedy, mailbox),
        false => table.make("from", mailbox),
    };
    let reply_to = table.make("reply_to", mailbox);
    let password = secret::read(table, "password");
    let root_certificates = table.make("root_certificates", store::certificates);
    let timeout = table.duration("timeout", TIMEOUT);
    let retry_after = table.duration("retry_after", RETRY_AFTER);
    let listed = table.given("notices");
    let notices = table.list_of("notices", kind);
    let notices: MailKinds = if listed { notices.into_iter().collect() } else { MailKinds::all() };
    // Without a server each of them would be ignored.
    let changed = [
        ("from", from.is_some()),
        ("password", password.is_some()),
        ("reply_to", reply_to.is_some()),
        ("root_certificates", root_certificates.is_some()),
        ("notices", notices != MailKinds::all()),
        ("plaintext", plaintext),
        ("timeout", timeout != TIMEOUT),
        ("retry_after", retry_after != RETRY_AFTER),
    ];
    if let Some((key, _)) = changed.into_iter().find(|(_, changed)| *changed && !wanted) {
        table.report("url", format!("mail.{key} is given, and no server"), URL_REMEDY);
    }
    let address = address?;
    let credentials = credentials(table, address.user, password)?;
    Some(MailConfig {
        server: SmtpServer {
            host: address.host,
            port: address.port,
            security: address.security,
            credentials,
            root_certificates,
            timeout,
        },
        from: from?,
        reply_to,
        notices,
        retry_after,
    })
}

/// User and password, which need each other. `None`: a problem was reported.
#[expect(clippy::option_option, reason = "a problem, no credentials, credentials")]
fn credentials(
    table: &Table<'_>,
    user: Option<String>,
    password: Option<SecretString>,
) -> Option<Option<(String, SecretString)>> {
    match (user, password) {
        (Some(user), Some(password)) => Some(Some((user, password))),
        (None, None) => Some(None),
        (Some(_), None) => {
            let what = "mail.url names a user, and there is no password".to_owned();
            table.report(
                "password",
                what,
                "name a file that holds it as password_file, or remove the user from mail.url",
            );
            None
        }
        (None, Some(_)) => {
            let what = "there is a password, and mail.url names no user".to_owned();
            table.report("url", what, "write it like smtps://user%40example.com@smtp.example.com (%40 is @)");
            None
        }
    }
}

const URL_REMEDY: &str = "write it like smtps://user@smtp.example.com, or smtp://user@smtp.example.com for STARTTLS";

fn address(text: &str) -> Result<Address, Complaint> {
    // The text may hold a password.
    let complaint = || ("this is no URL of a mail server".to_owned(), URL_REMEDY);
    let url = Url::parse(text).map_err(|_| complaint())?;
    let known = PORTS.into_iter().find(|(scheme, ..)| *scheme == url.scheme());
    let (_, security, port) = known.ok_or_else(complaint)?;
    if url.password().is_some() {
        let remedy = "write it to a file, name that as mail.password_file, and take it out of mail.url";
        return Err(("this holds the password".to_owned(), remedy));
    }
    let more = url.query().is_some() || url.fragment().is_some() || !matches!(url.path(), "" | "/");
    let host = url.host_str().filter(|host| !host.is_empty() && !more).ok_or_else(complaint)?;
    // The URL standard reads no addresses in URLs of such schemes.
    let (host, on_this_machine) = match Host::parse(host) {
        Ok(Host::Domain(name)) => (name.clone(), parse::is_loopback_name(&name)),
        Ok(Host::Ipv4(address)) => (address.to_string(), address.is_loopback()),
        Ok(Host::Ipv6(address)) => (address.to_string(), address.is_loopback()),
        Err(_) => return Err(complaint()),
    };
    let user = match url.username() {
        "" => None,
        user => Some(percent_decode_str(user).decode_utf8().map_err(|_| complaint())?.into_owned()),
    };
    Ok(Address { host, port: url.port().unwrap_or(port), security, user, on_this_machine })
}

fn mailbox(text: &str) -> Result<Mailbox, Complaint> {
    let remedy = "write it like \"Postern <postern@example.com>\" or \"postern@example.com\"";
    postern_mail::mailbox(text).map_err(|why| (format!("{text:?} is no mail address: {why}"), remedy))
}

fn kind(name: &str) -> Result<MailKind, Complaint> {
    let remedy = "write some of \"factor-added\", \"factor-removed\", \"backup-codes-replaced\", \"backup-code-used\", \
                  \"few-backup-codes\", \"locked\", \"new-device\", \"factors-reset\"";
    MailKind::from_name(name).ok_or_else(|| (format!("{name:?} is no kind of mail"), remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_below_localhost_is_this_machine_as_elsewhere() {
        for (url, own) in
            [("localhost", true), ("relay.localhost", true), ("127.0.0.2", true), ("localhost.example", false)]
        {
            let address = address(&format!("smtp+plaintext://{url}")).map_err(|(why, _)| why).unwrap();
            assert_eq!(address.on_this_machine, own, "{url}");
        }
    }
}
