//! Sending over SMTP (RFC 5321), encrypted from the first byte or after `STARTTLS` (RFC 3207), which is then required.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use postern_model::{ExposeSecret, SecretString};

use crate::letter::Letter;

/// Time limit of the farewell after a mail was accepted.
const FAREWELL: Duration = Duration::from_secs(1);

/// How the connection to the server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From the first byte (RFC 8314).
    Tls,
    /// By `STARTTLS`; without it nothing is sent.
    StartTls,
    /// Not at all.
    Plaintext,
}

/// The server that takes mail, and how it is talked to.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    /// Host name or address; also the name of the certificate.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Encryption.
    pub security: Security,
    /// User and password.
    pub credentials: Option<(String, SecretString)>,
    /// PEM text of the authorities that verify the certificate, in place of the public ones.
    pub root_certificates: Option<String>,
    /// Time limit of one delivery, from connecting to the server's acceptance.
    pub timeout: Duration,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The server refuses this mail for good, or the recipient's address is none. No later attempt succeeds.
    #[error("refused for good: {0}")]
    Permanent(String),
    /// The server refuses it for now. Mail to others may be accepted.
    #[error("refused for now: {0}")]
    Transient(String),
    /// The server was not reached, or refuses to serve: other mail would fail alike.
    #[error("the server cannot be used: {0}")]
    Unreachable(String),
}

/// Sends letters. Each has a connection of its own.
pub struct Mailer {
    server: SmtpServer,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

impl Mailer {
    /// Prepares the mailer; connects nothing. `hello` is the name of this host (RFC 5321 §4.1.1.1).
    ///
    /// # Errors
    /// What is wrong with the certificates.
    pub fn new(server: &SmtpServer, from: Mailbox, reply_to: Option<Mailbox>, hello: &str) -> Result<Self, String> {
        let tls = match server.security {
            Security::Tls | Security::StartTls => Some(parameters(server)?),
            Security::Plaintext => None,
        };
        let credentials = server.credentials.as_ref();
        let credentials =
            credentials.map(|(user, password)| Credentials::new(user.clone(), password.expose_secret().to_owned()));
        let hello = ClientId::Domain(hello.to_owned());
        Ok(Self { server: server.clone(), tls, credentials, hello, from, reply_to })
    }

    /// Time limit of [`Mailer::send`].
    pub fn timeout(&self) -> Duration {
        self.server.timeout
    }

    /// Sends a letter; returns once the server has accepted it.
    ///
    /// # Errors
    /// [`SendError`], with the server's words.
    pub async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let Some(message) = letter.message(&self.from, self.reply_to.as_ref()) else {
            return Err(SendError::Permanent("the recipient's address is no mail address".to_owned()));
        };
        let delivery = async {
            // Whatever fails before the mail is offered says nothing about the mail.
            let connected = self.connect().await;
            let mut connection = connected.map_err(|error| SendError::Unreachable(with_causes(&error)))?;
            match connection.send(message.envelope(), &message.formatted()).await {
                Ok(_) => Ok(connection),
                Err(error) => Err(classify(&error)),
            }
        };
        let delivered = tokio::time::timeout(self.server.timeout, delivery).await;
        let mut connection = delivered.map_err(|_| SendError::Unreachable("no answer in time".to_owned()))??;
        // It is accepted, whatever becomes of the farewell.
        let _closed = tokio::time::timeout(FAREWELL, connection.abort()).await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let SmtpServer { host, port, security, timeout, .. } = &self.server;
        let (at_once, later) = match security {
            Security::StartTls => (None, self.tls.clone()),
            Security::Tls | Security::Plaintext => (self.tls.clone(), None),
        };
        let address = (host.as_str(), *port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(*timeout), &self.hello, at_once, None).await?;
        if let Some(tls) = later {
            connection.starttls(tls, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

fn parameters(server: &SmtpServer) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(server.host.clone());
    if let Some(pem) = &server.root_certificates {
        let roots = Certificate::from_pem(pem.as_bytes()).map_err(|error| error.to_string())?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(roots);
    }
    builder.build_rustls().map_err(|error| error.to_string())
}

fn classify(error: &lettre::transport::smtp::Error) -> SendError {
    let text = with_causes(error);
    match error.status().map(u16::from) {
        // Mailbox or transaction refused (RFC 5321 §4.2.3, RFC 7504). Other 5xx codes tell of commands and of a missing login: the
        // configuration is wrong, and no mail may be lost for that.
        Some(521 | 550..=556) => SendError::Permanent(text),
        Some(450..=455) => SendError::Transient(text),
        _ => SendError::Unreachable(text),
    }
}

/// The error and its causes; lettre's errors tell the cause apart from the kind only there.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let further = error.to_string();
        if !text.contains(&further) {
            text = format!("{text}: {further}");
        }
        cause = error.source();
    }
    text
}
