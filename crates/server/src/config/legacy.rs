//! `[legacy]`: the NetPilot profile.

use std::path::PathBuf;

use postern_model::SecretString;
use url::Url;

use super::parse;
use super::secret;
use super::table::Table;

/// The NetPilot profile, where it is on.
#[derive(Clone, Debug)]
pub struct NetpilotConfig {
    /// Where the dashboard is.
    pub frontend_url: Url,
    /// `SECRET_KEY` of the Flask backend; set: the gateway mints its sessions.
    pub flask_secret_key: Option<SecretString>,
    /// `TOTP_ENCRYPTION_KEY`; only to read what the guide's backend wrote.
    pub totp_encryption_key: Option<SecretString>,
    /// The `.env` that was read.
    pub env_file: Option<PathBuf>,
}

pub(super) fn read(table: &mut Table<'_>) -> Option<NetpilotConfig> {
    let profile = table.make("profile", |text| match text {
        "netpilot" => Ok(()),
        other => Err((format!("{other:?} is no profile"), "write \"netpilot\", or remove it")),
    });
    let needless: Vec<&str> = ["frontend_url", "flask_secret_key", "flask_secret_key_file", "totp_encryption_key"]
        .into_iter()
        .chain(["totp_encryption_key_file", "env_file"])
        .filter(|key| profile.is_none() && table.given(key))
        .collect();
    let frontend_url = table.make("frontend_url", parse::web_url);
    let flask_secret_key = secret::read(table, "flask_secret_key");
    let totp_encryption_key = secret::read(table, "totp_encryption_key");
    let env_file = table.text("env_file").map(PathBuf::from);
    for key in needless {
        let remedy = "write legacy.profile = \"netpilot\", or remove this key";
        table.wrong(key, "this counts only with the NetPilot profile".to_owned(), remedy);
    }
    profile?;
    let frontend_url = frontend_url.or_else(|| Url::parse("http://localhost:5173").ok())?;
    Some(NetpilotConfig { frontend_url, flask_secret_key, totp_encryption_key, env_file })
}
