//! Sends codes by mail, at once: who asks for one waits for it, so that none is queued.

use std::sync::Arc;

use async_trait::async_trait;
use postern_mail::{Letter, Mailer};
use postern_model::sent_code::{CodeMessage, CodeSender};
use postern_portal::letters::{self, Sender};

use crate::config_error::ConfigError;
use crate::mail::{mailer, sender};
use postern_config::Config;

/// Sends codes over SMTP.
struct CodeMail {
    mailer: Mailer,
    sender: Sender,
}

/// Constructs the sender of a configuration; `None` where no codes are sent.
///
/// # Errors
/// [`ConfigError`] for certificates that cannot be used.
pub(crate) fn code_sender(config: &Config) -> Result<Option<Arc<dyn CodeSender>>, ConfigError> {
    let Some(mail) = config.mail.as_ref().filter(|_| config.second_factor.email_codes) else { return Ok(None) };
    Ok(Some(Arc::new(CodeMail { mailer: mailer(config, mail)?, sender: sender(config) })))
}

#[async_trait]
impl CodeSender for CodeMail {
    async fn send_code(&self, message: &CodeMessage) -> Result<(), String> {
        let content = letters::code(message, &self.sender).map_err(|error| error.to_string())?;
        let id = format!("{}.code", message.id);
        let letter = Letter { to: message.recipient.clone(), content, id, at: message.at };
        self.mailer.send(&letter).await.map_err(|error| error.to_string())
    }
}
