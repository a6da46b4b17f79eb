//! Certificates for tests: an authority of their own, and pairs that it signed.

use std::path::Path;
use std::sync::Arc;

use postern_config::Address;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate, its key, and the authority that signed it, all in PEM.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
    authority: String,
}

impl Pair {
    /// For this name, valid for as long as these tests are run.
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, |_| ())
    }

    /// One that ended long ago.
    pub(crate) fn expired(name: &str) -> Self {
        Self::with(name, |parameters| parameters.not_after = date_time_ymd(2001, 1, 1))
    }

    fn with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        parameters.not_before = date_time_ymd(2000, 1, 1);
        change(&mut parameters);
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &authority).unwrap();
        Self { certificate: certificate.pem(), key: key.serialize_pem(), authority: authority.pem() }
    }

    /// Writes the files; gives the section of the configuration that names them.
    pub(crate) fn write(&self, folder: &Path) -> String {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, &self.certificate).unwrap();
        std::fs::write(&key, &self.key).unwrap();
        format!("[listen.tls]\ncertificate = '{}'\nkey = '{}'\n", certificate.display(), key.display())
    }

    /// Connects as a client that trusts this pair's authority and offers these protocols.
    pub(crate) async fn connect(&self, address: &Address, protocols: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
        let Address::Tcp(host, port) = address else { panic!("TLS is spoken over TCP here") };
        self.connect_over(TcpStream::connect((host.as_str(), *port)).await?, protocols).await
    }

    /// The same over a connection that there is.
    pub(crate) async fn connect_over(
        &self,
        stream: TcpStream,
        protocols: &[&str],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(rustls::pki_types::CertificateDer::from_pem_slice(self.authority.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
    }
}
