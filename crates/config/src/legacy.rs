//! `[legacy]`: the NetPilot profile.

use std::path::PathBuf;
use std::sync::Arc;

use postern_keystore::{FernetKey, FlaskSession};
use postern_model::web::ChallengeUi;
use url::Url;

use crate::parse;
use crate::secret;
use crate::table::Table;

/// The settings of the NetPilot profile.
#[derive(Debug)]
pub struct NetpilotConfig {
    /// URL of the dashboard.
    pub frontend_url: Url,
    /// Whether the gateway's pages or the dashboard asks for the second factor.
    pub second_factor: ChallengeUi,
    /// `SECRET_KEY` of the Flask backend, with which the gateway mints its sessions; `None`: it mints none.
    pub flask: Option<FlaskSession>,
    /// `TOTP_ENCRYPTION_KEY`, used only to read authenticators that the guide's backend wrote.
    pub fernet: Option<Arc<FernetKey>>,
    /// The `.env` that was read.
    pub env_file: Option<PathBuf>,
}

pub(crate) fn read(table: &mut Table<'_>) -> Option<NetpilotConfig> {
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
    let second_factor = table.make("second_factor", |text| match text {
        "pages" => Ok(ChallengeUi::Pages),
        "dashboard" => Ok(ChallengeUi::Dashboard),
        other => Err((
            format!("{other:?} is neither pages nor dashboard"),
            "write \"pages\", or \"dashboard\" for a dashboard that has the guide's second-factor dialogs",
        )),
    });
    let mint = table.flag("flask_session", true);
    if profile.is_some() && mint && !table.given("flask_secret_key") && !table.given("flask_secret_key_file") {
        let what = "SECRET_KEY is not set: without the Flask session the backend answers 401 to everybody";
        let remedy = "set SECRET_KEY as the backend has it in the .env or the environment, or flask_secret_key_file; \
                      flask_session = false runs the profile without it";
        table.report("flask_secret_key", what.to_owned(), remedy);
    }
    let flask = secret::read(table, "flask_secret_key").and_then(|secret| match FlaskSession::new(secret) {
        Ok(flask) => Some(flask),
        Err(error) => {
            let remedy = "set a random one (`openssl rand -hex 32`) here and as SECRET_KEY of the backend";
            table.report("flask_secret_key", error.to_string(), remedy);
            None
        }
    });
    let fernet = secret::read(table, "totp_encryption_key").and_then(|key| match FernetKey::parse(&key) {
        Ok(key) => Some(Arc::new(key)),
        Err(_) => {
            let remedy = "use the backend's TOTP_ENCRYPTION_KEY unchanged (44 characters of base64)";
            table.report("totp_encryption_key", "this is no Fernet key".to_owned(), remedy);
            None
        }
    });
    let env_file = table.text("env_file").map(PathBuf::from);
    let set = [("flask_session", !mint), ("second_factor", matches!(second_factor, Some(ChallengeUi::Dashboard)))];
    let set = set.into_iter().filter(|(_, differs)| profile.is_none() && *differs).map(|(key, _)| key);
    for key in needless.into_iter().chain(set) {
        let remedy = "write legacy.profile = \"netpilot\", or remove this key";
        table.report(key, "this counts only with the NetPilot profile".to_owned(), remedy);
    }
    profile?;
    let flask = flask.filter(|_| mint);
    let frontend_url = frontend_url.or_else(|| Url::parse("http://localhost:5173").ok())?;
    let second_factor = second_factor.unwrap_or_default();
    Some(NetpilotConfig { frontend_url, second_factor, flask, fernet, env_file })
}
