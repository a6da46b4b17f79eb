//! Whether listen addresses are free and upstreams accept connections, for `postern check`.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::time::Duration;

use crate::descriptors::DescriptorShares;
use postern_config::{Address, Config, UpstreamConfig, UpstreamUrl};
use tokio::net::{TcpStream, UnixStream};

/// Most bytes of a Unix socket's path (`sun_path` without the final NUL).
const SOCKET_PATH_MAX: usize = 107;
/// Longest wait for an upstream.
const PATIENCE: Duration = Duration::from_secs(3);

/// A finding that does not fail the check: a service may be started later, and a running gateway uses its own ports.
pub(super) struct Finding {
    /// The key, or the upstream by its name.
    pub(super) what: String,
    /// Ok with a description, or the problem.
    pub(super) state: Result<String, String>,
}

/// Tries to bind each TCP address that `serve` would bind, which is free again afterwards, and looks at the places of Unix sockets.
pub(super) fn listeners(config: &Config) -> Vec<Finding> {
    let listen = &config.listen;
    let all = [
        ("listen.address", Some(&listen.address)),
        ("listen.management", listen.management.as_ref()),
        ("listen.ext_authz", listen.ext_authz.as_ref()),
        ("listen.redirect", listen.redirect.as_ref()),
    ];
    all.into_iter().filter_map(|(key, address)| bindable(key, address?)).collect()
}

fn bindable(key: &str, address: &Address) -> Option<Finding> {
    let state = match address {
        Address::Tcp(host, port) => free(address, host, *port),
        Address::Unix(path) => place_for_socket(path),
        // The service manager passes it to `serve` alone.
        Address::Systemd(_) => return None,
    };
    Some(Finding { what: key.to_owned(), state })
}

fn free(address: &Address, host: &str, port: u16) -> Result<String, String> {
    match TcpListener::bind((host, port)) {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            Err(format!("{address} is in use: another process listens there, or this gateway already runs"))
        }
        Err(error) => Err(format!("cannot listen on {address}: {error}")),
    }
}

/// Whether a Unix socket could be made: its name fits (sockaddr_un, unix(7)), its folder is there, and no other file has the name.
fn place_for_socket(path: &Path) -> Result<String, String> {
    let shown = path.display();
    if path.as_os_str().len() > SOCKET_PATH_MAX {
        return Err(format!("unix:{shown} is longer than the {SOCKET_PATH_MAX} bytes that a socket's path may have"));
    }
    if !path.parent().is_some_and(|folder| folder.as_os_str().is_empty() || folder.is_dir()) {
        return Err(format!("cannot listen on unix:{shown}: its folder is not there"));
    }
    match std::fs::symlink_metadata(path) {
        Ok(file) if !file.file_type().is_socket() => Err(format!("cannot listen on unix:{shown}: it is no socket")),
        Ok(_) => Ok(format!("unix:{shown} is there, and is replaced if nobody listens")),
        Err(_) => Ok(format!("unix:{shown} is free")),
    }
}

/// Whether the process may open as many files as the configuration needs.
pub(super) fn descriptors(config: &Config) -> Finding {
    let shares = DescriptorShares::of(config);
    let state = if shares.is_short() { Err(shares.to_string()) } else { Ok(shares.to_string()) };
    Finding { what: "file descriptors".to_owned(), state }
}

/// Connects to every upstream, without sending a request.
pub(super) async fn upstreams(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    for upstream in &config.upstreams {
        let state = match tokio::time::timeout(PATIENCE, connect(upstream)).await {
            Ok(Ok(())) => Ok(format!("{} accepts connections", upstream.url)),
            Ok(Err(error)) => Err(format!("cannot connect to {}: {error}", upstream.url)),
            Err(_) => Err(format!("cannot connect to {}: no answer within {} s", upstream.url, PATIENCE.as_secs())),
        };
        found.push(Finding { what: format!("upstream {}", upstream.name), state });
    }
    found
}

/// Connects to the mail server, without a word.
pub(super) async fn mail(config: &Config) -> Option<Finding> {
    let server = &config.mail.as_ref()?.server;
    let (host, port) = (server.host.as_str(), server.port);
    let state = match tokio::time::timeout(PATIENCE, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(format!("{host}:{port} accepts connections; postern mail test ADDRESS sends a mail")),
        Ok(Err(error)) => Err(format!("cannot connect to {host}:{port}: {error}")),
        Err(_) => Err(format!("cannot connect to {host}:{port}: no answer within {} s", PATIENCE.as_secs())),
    };
    Some(Finding { what: "mail".to_owned(), state })
}

/// Connects to the hook for SMS, without a word.
pub(super) async fn sms(config: &Config) -> Option<Finding> {
    let url = &config.sms.as_ref()?.url;
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let state = match tokio::time::timeout(PATIENCE, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(format!("{host}:{port} accepts connections")),
        Ok(Err(error)) => Err(format!("cannot connect to {host}:{port}: {error}")),
        Err(_) => Err(format!("cannot connect to {host}:{port}: no answer within {} s", PATIENCE.as_secs())),
    };
    Some(Finding { what: "sms".to_owned(), state })
}

async fn connect(upstream: &UpstreamConfig) -> std::io::Result<()> {
    match &upstream.url {
        UpstreamUrl::Unix(path) => UnixStream::connect(path).await.map(drop),
        UpstreamUrl::Web(origin) => TcpStream::connect((origin.host(), origin.port())).await.map(drop),
    }
}
