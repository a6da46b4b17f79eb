//! `[google]`: the provider.

use std::time::Duration;

use postern_keystore::{is_known_weak, is_placeholder};
use postern_model::{ExposeSecret, SecretString};
use url::Url;

use crate::parse;
use crate::secret;
use crate::table::{Complaint, Table};

/// The issuer of Google's ID tokens.
pub const GOOGLE: &str = "https://accounts.google.com";

/// The provider and the registration of this client.
#[derive(Clone, Debug)]
pub struct Google {
    /// Issuer (OpenID Connect Discovery §2).
    pub issuer: Url,
    /// Client identifier.
    pub client_id: String,
    /// Client secret.
    pub client_secret: SecretString,
    /// Deadline of one request to the provider.
    pub timeout: Duration,
}

pub(crate) fn read(table: &mut Table<'_>) -> Option<Google> {
    let issuer = table.make("issuer", issuer).or_else(|| Url::parse(GOOGLE).ok());
    let remedy = "write the client id of the OAuth client in Google Cloud Console (APIs & Services, Credentials)";
    let client_id = table.require("client_id", remedy, |id| Ok(id.to_owned()));
    if client_id.as_deref().is_some_and(is_placeholder) {
        table.report("client_id", "this is the placeholder of an example".to_owned(), remedy);
    }
    let remedy = "write the client secret of the OAuth client, or name a file that holds it as client_secret_file";
    let client_secret = secret::require(table, "client_secret", remedy);
    let on_this_machine = issuer.as_ref().is_some_and(parse::is_loopback);
    if client_secret.as_ref().is_some_and(|secret| !on_this_machine && is_known_weak(secret.expose_secret())) {
        let what = "this is a placeholder or a well-known default";
        table.report("client_secret", what.to_owned(), "write the client secret that Google Cloud Console shows");
    }
    let timeout = table.duration("timeout", Duration::from_secs(10));
    Some(Google { issuer: issuer?, client_id: client_id?, client_secret: client_secret?, timeout })
}

fn issuer(text: &str) -> Result<Url, Complaint> {
    let url = parse::web_url(text)?;
    if url.scheme() != "https" && !parse::is_loopback(&url) {
        return Err((format!("{text:?} is not https"), "use https://…; http is only for an issuer on this machine"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err((
            format!("{text:?} has a query or fragment"),
            "write the issuer as its discovery document names it",
        ));
    }
    Ok(url)
}
