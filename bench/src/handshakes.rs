//! A load of handshakes: every request has a TLS connection of its own, without resumption.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Connections that are open at a time.
const THREADS: usize = 4;

/// Requests and bytes that were received.
#[derive(Default)]
struct Count {
    requests: u64,
    bytes: u64,
}

/// Sends the request of a file for this long, and prints the counts as JSON. The request must ask for `Connection:
/// close`; every response must be a 200.
pub(crate) fn run(port: u16, request: &Path, certificate: &Path, duration: Duration) -> anyhow::Result<()> {
    let request = std::fs::read(request)?;
    let config = Arc::new(config(certificate)?);
    let begun = Instant::now();
    let mut total = Count::default();
    std::thread::scope(|scope| {
        let loads: Vec<_> =
            (0..THREADS).map(|_| scope.spawn(|| load(port, &request, &config, begun + duration))).collect();
        for load in loads {
            let count = load.join().map_err(|_| anyhow!("a thread panicked"))??;
            total.requests += count.requests;
            total.bytes += count.bytes;
        }
        anyhow::Ok(())
    })?;
    let report = serde_json::json!({
        "requests": total.requests, "bytes": total.bytes, "seconds": begun.elapsed().as_secs_f64(),
    });
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

/// A client that trusts this certificate alone and resumes no session.
fn config(certificate: &Path) -> anyhow::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).context("certificate")?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn load(port: u16, request: &[u8], config: &Arc<ClientConfig>, end: Instant) -> anyhow::Result<Count> {
    let mut count = Count::default();
    while Instant::now() < end {
        count.bytes += connection(port, request, config)?;
        count.requests += 1;
    }
    Ok(count)
}

/// One connection, handshake and request; returns the bytes of the response.
fn connection(port: u16, request: &[u8], config: &Arc<ClientConfig>) -> anyhow::Result<u64> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    let tls = ClientConnection::new(Arc::clone(config), ServerName::try_from("localhost")?)?;
    let mut stream = StreamOwned::new(tls, stream);
    stream.write_all(request)?;
    let mut answer = Vec::with_capacity(4096);
    match stream.read_to_end(&mut answer) {
        // A server may close without TLS's closure alert.
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(error.into()),
        _ => {}
    }
    if !answer.starts_with(b"HTTP/1.1 200 ") {
        bail!("unexpected response: {}", String::from_utf8_lossy(&answer));
    }
    Ok(u64::try_from(answer.len())?)
}
