//! The ports of the demonstration.

use std::io;

use anyhow::anyhow;
use tokio::net::TcpListener;

use crate::net;

/// Ports on 127.0.0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// The gateway.
    pub gateway: u16,
    /// The stand-in identity provider.
    pub provider: u16,
    /// The sample backend.
    pub backend: u16,
    /// Health and metrics of the gateway.
    pub management: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self { gateway: 8080, provider: 8081, backend: 8082, management: 9080 }
    }
}

impl Ports {
    /// The gateway as browsers see it.
    pub fn public_url(self) -> String {
        format!("http://localhost:{}", self.gateway)
    }

    /// The identity provider as browsers and the gateway see it.
    pub fn issuer(self) -> String {
        format!("http://localhost:{}", self.provider)
    }
}

/// Listens on a port, or says who cannot and which option to use.
pub(super) async fn take(port: u16, who: &str, option: &str) -> anyhow::Result<TcpListener> {
    net::listen(port).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!(
                "port {port}, meant for the {who}, is in use: stop what listens there, or choose another with {option}"
            )
        }
        _ => anyhow!("the {who} cannot listen on port {port}: {error}; choose another with {option}"),
    })
}

/// Checks that a port is free, for a process that will take it itself.
pub(super) async fn probe(port: u16, who: &str, option: &str) -> anyhow::Result<()> {
    take(port, who, option).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_named_with_the_option_that_helps() {
        let taken = net::listen(0).await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = probe(port, "gateway", "--port").await.unwrap_err().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("in use") && error.contains("--port"), "{error}");
    }
}
