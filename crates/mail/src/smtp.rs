//! Sending over SMTP (RFC 5321), encrypted from the first byte or after `STARTTLS` (RFC 3207), which is then required.

use std::net::IpAddr;
use std::time::Duration;

use lettre::Address;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use postern_model::{ExposeSecret, SecretString};

use crate::letter::Letter;
use crate::refusal::{SendError, classify, unreachable};

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
    /// Prepares the mailer; connects nothing. `hello` is the name of this host, or its address (RFC 5321
    /// §4.1.1.1).
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
        let hello = client_id(hello);
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
            let mut connection = self.connect().await.map_err(unreachable)?;
            match offer(&mut connection, &message).await {
                Ok(()) => Ok(connection),
                Err(error) => {
                    connection.abort().await;
                    Err(error)
                }
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

/// Names this host: an address stands in brackets (RFC 5321 §4.1.3).
fn client_id(host: &str) -> ClientId {
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(host.to_owned()),
    }
}

/// Offers the mail, step by step: only what is said after the sender was accepted can be about the recipient.
async fn offer(connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), SendError> {
    let (envelope, content) = (message.envelope(), message.formatted());
    let mut options = Vec::new();
    let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    let (from, to) = (envelope.from().is_none_or(is_ascii), envelope.to().iter().all(is_ascii));
    if !(from && to) {
        match connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            true => options.push(MailParameter::SmtpUtfEight),
            false if from => {
                let why = "the recipient's address has letters beyond ASCII, and the server lacks SMTPUTF8";
                return Err(SendError::Permanent(why.to_owned()));
            }
            false => {
                let why = "mail.from has letters beyond ASCII, and the server lacks SMTPUTF8";
                return Err(SendError::Unreachable(why.to_owned()));
            }
        }
    }
    if !content.is_ascii() {
        // A server with SMTPUTF8 has it (RFC 6531 §3.1).
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection.command(Mail::new(envelope.from().cloned(), options)).await.map_err(unreachable)?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(classify)?;
    }
    connection.command(Data).await.map_err(classify)?;
    connection.message(&content).await.map_err(classify)?;
    Ok(())
}
