//! `[google]`: the provider.

use std::time::Duration;

use postern_model::SecretString;
use url::Url;

use super::parse;
use super::secret;
use super::table::{Complaint, Table};

/// The issuer of Google's ID tokens.
pub const GOOGLE: &str = "https://accounts.google.com";

/// The provider and our registration with it.
#[derive(Clone, Debug)]
pub struct Google {
    /// Issuer (OpenID Connect Discovery §2), exactly as it writes itself.
    pub issuer: String,
    /// Client identifier.
    pub client_id: String,
    /// Client secret.
    pub client_secret: SecretString,
    /// How long the provider may take to answer.
    pub timeout: Duration,
}

pub(super) fn read(table: &mut Table<'_>) -> Option<Google> {
    let issuer = table.make("issuer", issuer).unwrap_or_else(|| GOOGLE.to_owned());
    let remedy = "write the client id of the OAuth client in Google Cloud Console (APIs & Services, Credentials)";
    let client_id = table.require("client_id", remedy, |id| Ok(id.to_owned()));
    let remedy = "write the client secret of the OAuth client, or name a file that holds it as client_secret_file";
    let client_secret = secret::require(table, "client_secret", remedy);
    let timeout = table.duration("timeout", Duration::from_secs(10));
    Some(Google { issuer, client_id: client_id?, client_secret: client_secret?, timeout })
}

fn issuer(text: &str) -> Result<String, Complaint> {
    let url: Url = parse::web_url(text)?;
    if url.scheme() != "https" && !parse::is_loopback(&url) {
        return Err((format!("{text:?} is not https"), "use https://…; http is only for an issuer on this machine"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err((
            format!("{text:?} has a query or fragment"),
            "write the issuer as its discovery document names it",
        ));
    }
    Ok(text.to_owned())
}
