//! TLS to the server.

use std::sync::Arc;

use postern_model::store::StoreError;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;

use super::tls_stream::Tls;

/// Builds a connector for this mode. With `prefer` the certificate is not checked, as in every PostgreSQL client:
/// Debian's server has a self-signed one, and an attacker who can forge a certificate can also claim that there is no
/// TLS.
pub(super) fn connector(mode: SslMode, roots: Option<&str>) -> Result<Tls, StoreError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let config = ClientConfig::builder_with_provider(Arc::<CryptoProvider>::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Refused(format!("TLS cannot be set up: {error}")))?;
    let config = if mode == SslMode::Require {
        config.with_root_certificates(authorities(roots)?)
    } else {
        config.dangerous().with_custom_certificate_verifier(Arc::new(Unchecked(algorithms)))
    };
    Ok(Tls::from(config.with_no_client_auth()))
}

fn authorities(pem: Option<&str>) -> Result<RootCertStore, StoreError> {
    let Some(pem) = pem else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let refused = |what: String| StoreError::Refused(format!("the root certificates of the store {what}"));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| refused(format!("are not PEM: {error}")))?;
        roots.add(certificate).map_err(|error| refused(format!("cannot be used: {error}")))?;
    }
    if roots.is_empty() { Err(refused("hold no certificate".to_owned())) } else { Ok(roots) }
}

/// Accepts any certificate, but requires proof that the server holds its key.
#[derive(Debug)]
struct Unchecked(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
