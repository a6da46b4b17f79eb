//! TLS to upstreams: trusted authorities and the client certificate.

use std::path::Path;
use std::sync::Arc;

use postern_proxy::UpstreamTls;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use crate::table::{Complaint, Table};
use crate::upstream_url::UpstreamUrl;

/// TLS settings of an upstream, with their files read.
#[derive(Clone, Debug, Default)]
pub struct TlsFiles {
    /// Trusted authorities; `None`: the public ones.
    ca: Option<Vec<CertificateDer<'static>>>,
    /// Our certificate chain and its key.
    client: Option<(Vec<CertificateDer<'static>>, Arc<PrivateKeyDer<'static>>)>,
    /// The name that the certificate must be for; `None`: the URL's host.
    server_name: Option<ServerName<'static>>,
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsMisfit {
    /// Key and certificate do not match, or are unusable.
    #[error("client_certificate and client_key: {0}")]
    Client(rustls::Error),
    /// A certificate of `ca` is unusable.
    #[error("ca: {0}")]
    Authority(rustls::Error),
    /// The URL's host is no name that a certificate can be for.
    #[error("its host is no name that a certificate could be for; set server_name")]
    Name,
}

impl TlsFiles {
    /// The client's TLS settings for an upstream at this URL; `None`: the upstream does not use TLS.
    ///
    /// # Errors
    /// [`TlsMisfit`] if the TLS settings do not fit together.
    pub fn client(&self, url: &UpstreamUrl) -> Result<Option<UpstreamTls>, TlsMisfit> {
        let UpstreamUrl::Web(origin) = url else { return Ok(None) };
        if !origin.is_https() {
            return Ok(None);
        }
        let mut roots = RootCertStore { roots: Vec::new() };
        match &self.ca {
            None => roots.roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(certificates) => {
                for certificate in certificates {
                    roots.add(certificate.clone()).map_err(TlsMisfit::Authority)?;
                }
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(TlsMisfit::Client)?.with_root_certificates(roots);
        let config = match &self.client {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => {
                builder.with_client_auth_cert(chain.clone(), key.clone_key()).map_err(TlsMisfit::Client)?
            }
        };
        let host = origin.authority().rsplit_once(':').map_or(origin.authority(), |(host, port)| {
            if port.bytes().all(|byte| byte.is_ascii_digit()) { host } else { origin.authority() }
        });
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let server_name = match &self.server_name {
            Some(name) => name.clone(),
            None => ServerName::try_from(host).map_err(|_| TlsMisfit::Name)?,
        };
        Ok(Some(UpstreamTls { config, server_name }))
    }
}

pub(crate) fn read(table: &mut Table<'_>, https: bool) -> TlsFiles {
    const KEYS: [&str; 4] = ["ca", "client_certificate", "client_key", "server_name"];
    if let Some(key) = KEYS.into_iter().find(|key| !https && table.given(key)) {
        table.report(key, "the upstream's url is not https".to_owned(), "remove the key, or write url = \"https://…\"");
    }
    let (certificate, key) = (table.given("client_certificate"), table.given("client_key"));
    let ca = table.make("ca", certificates);
    let chain = table.make("client_certificate", certificates);
    let private = table.make("client_key", private_key);
    if certificate != key {
        let missing = if certificate { "client_key" } else { "client_certificate" };
        table.report(missing, "this is missing".to_owned(), "name both client_certificate and client_key, or neither");
    }
    let server_name = table.make("server_name", |text| {
        let name = ServerName::try_from(text.to_owned());
        name.map_err(|_| (format!("{text:?} is no name"), "write it like backend.internal"))
    });
    TlsFiles { ca, client: chain.zip(private.map(Arc::new)), server_name }
}

fn certificates(path: &str) -> Result<Vec<CertificateDer<'static>>, Complaint> {
    let remedy = "name a PEM file with one or more certificates, which the gateway's user can read";
    let read = CertificateDer::pem_file_iter(Path::new(path)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err((format!("{path:?} holds no certificate"), remedy)),
        Err(error) => Err((format!("{path:?} cannot be read: {error}"), remedy)),
    }
}

fn private_key(path: &str) -> Result<PrivateKeyDer<'static>, Complaint> {
    let remedy = "name a PEM file with the private key (PKCS #8, PKCS #1 or SEC 1), which the gateway's user can read";
    PrivateKeyDer::from_pem_file(Path::new(path)).map_err(|error| (format!("{path:?} cannot be read: {error}"), remedy))
}
