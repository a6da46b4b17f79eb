//! `postern mail`.

use postern_mail::Letter;
use postern_model::clock::Clock;
use postern_portal::letters;
use serde_json::json;

use super::context::block_on;
use super::error::CommandError;
use super::output::Output;
use super::settings::Settings;
use crate::mail::{mailer, sender};
use crate::system::SystemClock;

/// Sends a test mail, and waits for the server's acceptance.
pub(super) fn test(settings: &Settings, address: &str, output: &mut Output<'_>) -> Result<(), CommandError> {
    let config = settings.load()?.config;
    let Some(mail) = &config.mail else {
        return Err(CommandError::Failed("mail is off; set mail.url and mail.from".to_owned()));
    };
    let failed = |error: String| CommandError::Failed(error);
    let mailer = mailer(&config, mail).map_err(|error| failed(error.to_string()))?;
    let at = SystemClock.now();
    let content = letters::test(address, at, &sender(&config)).map_err(|error| failed(error.to_string()))?;
    let letter = Letter { to: address.to_owned(), content, id: format!("test.{}", at.as_micros()), at };
    let server = format!("{}:{}", mail.server.host, mail.server.port);
    block_on(async {
        mailer.send(&letter).await.map_err(|error| failed(format!("no mail was sent by {server}: {error}")))
    })?;
    Ok(output.show(&json!({ "server": server, "to": address, "accepted": true }), |to| {
        writeln!(to, "{server} accepted the mail to {address}")
    })?)
}
