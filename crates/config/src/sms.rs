//! `[sms]`: the HTTP hook that sends codes by SMS.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use postern_model::{ExposeSecret, SecretString};
use url::Url;

use crate::parse;
use crate::secret;
use crate::table::{Complaint, Table, duration};

/// Deadline of one request, unless another is given.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Longest deadline: nobody waits for a code any longer.
const TIMEOUT_MAX: Duration = Duration::from_secs(60);

/// The hook.
#[derive(Clone, Debug)]
pub struct SmsConfig {
    /// Where a message is posted: https, or http on this machine.
    pub url: Url,
    /// The secret that shows the hook who posts, and the header that has it; without a header it is a bearer token.
    pub token: Option<(SecretString, Option<HeaderName>)>,
    /// Deadline of one request.
    pub timeout: Duration,
}

/// Reads the section. `None`: there is no hook.
pub(crate) fn read(table: &mut Table<'_>) -> Option<SmsConfig> {
    let wanted = table.given("url");
    let url = table.make("url", address);
    let token = secret::read(table, "token");
    if token.as_ref().is_some_and(|token| HeaderValue::from_str(token.expose_secret()).is_err()) {
        let what = "this cannot stand in a header: it has a line break or another control character".to_owned();
        table.report("token", what, "write the token as it is, on one line");
    }
    let header = table.make("header", header);
    let timeout = table.make("timeout", deadline).unwrap_or(TIMEOUT);
    // Without a hook each of them would be ignored.
    let changed = [("token", token.is_some()), ("header", header.is_some()), ("timeout", timeout != TIMEOUT)];
    if let Some((key, _)) = changed.into_iter().find(|(_, changed)| *changed && !wanted) {
        table.report("url", format!("sms.{key} is given, and no hook"), URL_REMEDY);
    }
    if wanted && header.is_some() && token.is_none() {
        let what = "this names the header for a token, and there is none".to_owned();
        table.report("header", what, "name a file that holds it as sms.token_file, or remove the header");
    }
    Some(SmsConfig { url: url?, token: token.map(|token| (token, header)), timeout })
}

const URL_REMEDY: &str = "write it like https://sms.example.com/send; http is only for a hook on this machine";

fn deadline(text: &str) -> Result<Duration, Complaint> {
    let deadline = duration(text)?;
    if deadline <= TIMEOUT_MAX { Ok(deadline) } else { Err((format!("{text:?} is too long"), "write at most \"1m\"")) }
}

fn address(text: &str) -> Result<Url, Complaint> {
    if Url::parse(text).is_ok_and(|url| !url.username().is_empty() || url.password().is_some()) {
        return Err(("this has a user name or a password".to_owned(), "give the hook's secret as sms.token_file"));
    }
    let url = parse::web_url(text)?;
    // The path or the query may be secret.
    if url.scheme() != "https" && !parse::is_loopback(&url) {
        let host = url.host_str().unwrap_or_default();
        return Err((format!("this sends codes to {host} readable for everybody on the way"), URL_REMEDY));
    }
    if url.fragment().is_some() {
        return Err(("this has a fragment, which is sent to nobody".to_owned(), URL_REMEDY));
    }
    Ok(url)
}

fn header(text: &str) -> Result<HeaderName, Complaint> {
    let remedy = "write the name of a header, such as \"X-Api-Key\", or remove it for \"Authorization: Bearer\"";
    let name = text.parse::<HeaderName>().map_err(|_| (format!("{text:?} is no header name"), remedy))?;
    match name.as_str() {
        "host" | "content-length" | "content-type" | "transfer-encoding" | "connection" | "upgrade" | "te"
        | "trailer" | "expect" => Err((format!("{text:?} has another meaning"), remedy)),
        _ => Ok(name),
    }
}
