//! TLS to the server.

use std::sync::Arc;
use std::time::Duration;

use postern_model::store::StoreError;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::tls_stream::Tls;

/// What is checked of a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Nothing.
    Nothing,
    /// That an authority vouches for it.
    Chain,
    /// This, and the host's name.
    ChainAndName,
}

impl Check {
    /// Returns the check of a URL's `sslmode`, with authorities of the operator's own or the public ones. `verify-ca` leaves out the
    /// name with the former only: the public ones vouch for anybody who has a domain. libpq's `require` checks nothing; here it checks all, since a connection that
    /// anybody may answer is no protection for sessions. With `prefer` nothing is checked, as in every PostgreSQL client:
    /// Debian's server has a self-signed certificate, and an attacker who can forge one can also claim that there is no TLS.
    pub(super) fn of(url: &str, own_authorities: bool) -> Self {
        let has = |mode: &str| url.contains(&format!("sslmode={mode}"));
        match () {
            () if has("verify-ca") && own_authorities => Self::Chain,
            () if has("verify-ca") || has("verify-full") || has("require") => Self::ChainAndName,
            () => Self::Nothing,
        }
    }
}

/// Builds a connector with this check and the authorities in PEM; `None`: the public ones.
pub(super) fn connector(check: Check, roots: Option<&str>) -> Result<Tls, StoreError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let config = ClientConfig::builder_with_provider(Arc::<CryptoProvider>::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Refused(format!("TLS cannot be set up: {error}")))?;
    let trust = match check {
        Check::Nothing => None,
        Check::Chain | Check::ChainAndName => {
            let (named, roots) = authorities(roots)?;
            let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
            let chain = chain.map_err(|error| StoreError::Refused(format!("TLS cannot be set up: {error}")))?;
            Some(Trust { chain, named, names: check == Check::ChainAndName })
        }
    };
    let verifier = Arc::new(Verifier { trust, algorithms });
    let config = config.dangerous().with_custom_certificate_verifier(verifier);
    Ok(Tls::from(config.with_no_client_auth()))
}

/// Reads certificates that are trusted: as they are, and as authorities.
fn authorities(pem: Option<&str>) -> Result<(Vec<CertificateDer<'static>>, RootCertStore), StoreError> {
    let Some(pem) = pem else {
        return Ok((Vec::new(), RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }));
    };
    let refused = |what: String| StoreError::Refused(format!("the root certificates of the store {what}"));
    let (mut named, mut roots) = (Vec::new(), RootCertStore::empty());
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| refused(format!("are not PEM: {error}")))?;
        roots.add(certificate.clone()).map_err(|error| refused(format!("cannot be used: {error}")))?;
        named.push(certificate);
    }
    if roots.is_empty() { Err(refused("hold no certificate".to_owned())) } else { Ok((named, roots)) }
}

/// What is trusted: an authority's signature, or a certificate that is itself named. PostgreSQL's manual makes a self-signed one
/// that is marked as an authority's, which libpq takes from the server and the verifier of authorities does not.
#[derive(Debug)]
struct Trust {
    chain: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
    /// Whether the host's name is checked too.
    names: bool,
}

/// Requires a certificate that is trusted; `None`: any. In every case the server has to prove that it holds the key.
#[derive(Debug)]
struct Verifier {
    trust: Option<Trust>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(Trust { chain, named, names }) = &self.trust else { return Ok(ServerCertVerified::assertion()) };
        if named.contains(certificate) {
            in_force(certificate, now)?;
            if *names {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
            }
            return Ok(ServerCertVerified::assertion());
        }
        match chain.verify_server_cert(certificate, others, name, ocsp, now) {
            // The name is checked last, so the chain is good.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !names => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Checks the time for which a certificate was issued (RFC 5280 §4.1.2.5).
fn in_force(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), CertificateError> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).map_err(|_| CertificateError::BadEncoding)?;
    let bound = |seconds: i64| UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
    let not_before = bound(parsed.validity().not_before.timestamp());
    let not_after = bound(parsed.validity().not_after.timestamp());
    match now {
        time if time < not_before => Err(CertificateError::NotValidYetContext { time, not_before }),
        time if time > not_after => Err(CertificateError::ExpiredContext { time, not_after }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_in_force_from_its_first_second_to_its_last() {
        let mut parameters = rcgen::CertificateParams::new(vec!["db.example".to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2021, 1, 1);
        let certificate = parameters.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let at = |seconds| in_force(certificate.der(), UnixTime::since_unix_epoch(Duration::from_secs(seconds)));
        let (first, last) = (1_577_836_800, 1_609_459_200);
        assert!(matches!(at(first - 1), Err(CertificateError::NotValidYetContext { .. })));
        assert_eq!((at(first), at(last)), (Ok(()), Ok(())));
        assert!(matches!(at(last + 1), Err(CertificateError::ExpiredContext { .. })));
    }
}
