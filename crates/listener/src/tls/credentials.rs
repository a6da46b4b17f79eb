//! A certificate with its key, read from files and checked before it is used.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use postern_model::clock::Timestamp;
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use x509_parser::parse_x509_certificate;

/// Paths of the certificate and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM: the server's certificate, and the intermediate certificates up to its authority.
    pub certificate: PathBuf,
    /// PEM: its private key (PKCS #8, PKCS #1 or SEC 1).
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("the file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// No certificate in the file, or a broken one.
    #[error("the file {} holds no readable certificate; it must be PEM, the server's certificate first", .0.display())]
    Certificate(PathBuf),
    /// No key in the file, or a broken or encrypted one.
    #[error("the file {} holds no usable private key; it must be PEM, RSA, ECDSA or Ed25519, without a passphrase", .0.display())]
    Key(PathBuf),
    /// Key and certificate do not belong together.
    #[error("the key in {} does not belong to the first certificate in {}; give the pair that was made together", key.display(), certificate.display())]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The certificate is out of date.
    #[error("the certificate in {} expired at {at}; renew it", path.display())]
    Expired {
        /// Its file.
        path: PathBuf,
        /// The time, as text.
        at: String,
    },
    /// The certificate is not valid yet.
    #[error("the certificate in {} is valid only from {at}; check this machine's clock", path.display())]
    Early {
        /// Its file.
        path: PathBuf,
        /// The time, as text.
        at: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// A certificate and key that are valid now.
#[derive(Debug)]
pub struct Credentials {
    pub(crate) pair: Arc<CertifiedKey>,
    expires: String,
    covers: bool,
}

/// Most bytes that are read of a file: more than any chain of certificates has. A device such as `/dev/zero` has no end.
const FILE_MAX: u64 = 4 << 20;

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    File::open(path)?.take(FILE_MAX).read_to_end(&mut contents)?;
    Ok(contents)
}

/// The contents of both files, compared to detect changes.
#[derive(PartialEq, Eq)]
pub(crate) struct Contents {
    certificate: Vec<u8>,
    key: zeroize::Zeroizing<Vec<u8>>,
}

impl Contents {
    /// Reads both files.
    pub(crate) fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        let read =
            |path: &Path| read_file(path).map_err(|source| TlsError::Unreadable { path: path.to_owned(), source });
        Ok(Self { certificate: read(&files.certificate)?, key: read(&files.key)?.into() })
    }
}

impl Credentials {
    /// Reads the files. `host` is that of the public URL, without a port.
    ///
    /// # Errors
    /// [`TlsError`] if the certificate cannot be used at `now`.
    pub fn read(files: &TlsFiles, host: &str, now: Timestamp) -> Result<Self, TlsError> {
        Self::of(&Contents::read(files)?, files, host, now)
    }

    pub(crate) fn of(contents: &Contents, files: &TlsFiles, host: &str, now: Timestamp) -> Result<Self, TlsError> {
        let unusable = || TlsError::Certificate(files.certificate.clone());
        let chain = CertificateDer::pem_slice_iter(&contents.certificate).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|_| unusable())?;
        let first = chain.first().ok_or_else(unusable)?.clone();
        let key = PrivateKeyDer::from_pem_slice(&contents.key).map_err(|_| TlsError::Key(files.key.clone()))?;
        let (_, parsed) = parse_x509_certificate(&first).map_err(|_| unusable())?;
        let (validity, path) = (parsed.validity(), || files.certificate.clone());
        if validity.not_after.timestamp() < now.as_secs() {
            return Err(TlsError::Expired { path: path(), at: validity.not_after.to_string() });
        }
        if validity.not_before.timestamp() > now.as_secs() {
            return Err(TlsError::Early { path: path(), at: validity.not_before.to_string() });
        }
        let pair = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                TlsError::Mismatch { certificate: files.certificate.clone(), key: files.key.clone() }
            }
            _ => TlsError::Key(files.key.clone()),
        })?;
        let name = ServerName::try_from(host);
        let covers = match (ParsedCertificate::try_from(&first), name) {
            (Ok(certificate), Ok(name)) => verify_server_name(&certificate, &name).is_ok(),
            _ => false,
        };
        Ok(Self { pair: Arc::new(pair), expires: validity.not_after.to_string(), covers })
    }

    /// When it expires, as text.
    pub fn expires(&self) -> &str {
        &self.expires
    }

    /// Whether browsers accept it for the public URL's host.
    pub fn covers_host(&self) -> bool {
        self.covers
    }
}

/// The cryptography provider that all of TLS uses.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
