//! The listeners of a gateway, all bound before one of them is served.

use tokio::runtime::Handle;

use postern_config::{Address, CertificateFiles, Listen};
use postern_listener::tls::TlsFiles;
use postern_listener::{BindError, InheritedSockets, Listener};

/// The bound sockets of a gateway.
pub(crate) struct Listeners {
    /// For browsers and proxies: the first, and those that share its address.
    pub(crate) main: (Listener, Vec<Listener>),
    /// For operators: health and metrics.
    pub(crate) management: Option<Listener>,
    /// For Envoy's ext_authz checks over gRPC.
    pub(crate) ext_authz: Option<Listener>,
    /// For cleartext requests, which are redirected to https.
    pub(crate) redirect: Option<Listener>,
}

impl Listeners {
    /// Binds the sockets. The management endpoints describe one process, so their address is never shared with another.
    pub(crate) async fn bind(listen: &Listen, mut passed: InheritedSockets) -> Result<Self, BindError> {
        let shared = listen.reuse_port;
        let main = Listener::bind(&listen.address, &mut passed, shared).await?;
        let siblings = siblings(&main, shared).await?;
        let management = bind(listen.management.as_ref(), &mut passed, false).await?;
        let ext_authz = bind(listen.ext_authz.as_ref(), &mut passed, shared).await?;
        let redirect = bind(listen.redirect.as_ref(), &mut passed, shared).await?;
        for name in passed.left() {
            tracing::warn!(name, "inherited socket unused: no listen.* key names it; write systemd:NAME there");
        }
        Ok(Self { main: (main, siblings), management, ext_authz, redirect })
    }
}

async fn bind(
    address: Option<&Address>,
    passed: &mut InheritedSockets,
    shared: bool,
) -> Result<Option<Listener>, BindError> {
    match address {
        Some(address) => Listener::bind(address, passed, shared).await.map(Some),
        None => Ok(None),
    }
}

/// Binds one more listener for each further worker thread, so that the kernel spreads connections over them.
async fn siblings(main: &Listener, shared: bool) -> Result<Vec<Listener>, BindError> {
    let mut listeners = Vec::new();
    if shared && matches!(main.address(), Address::Tcp(..)) && !main.is_passed() {
        for _ in 1..Handle::current().metrics().num_workers() {
            listeners.push(Listener::bind(main.address(), &mut InheritedSockets::default(), true).await?);
        }
    }
    Ok(listeners)
}

/// The certificate's files in the form that the listener takes.
pub(crate) fn tls_files(files: &CertificateFiles) -> TlsFiles {
    TlsFiles { certificate: files.certificate.clone(), key: files.key.clone() }
}
