//! Whether upstreams are reachable without the gateway. The backend behind it usually trusts whoever reaches it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use postern_config::{Address, Config, UpstreamConfig, UpstreamUrl};
use tokio::net::TcpStream;

use super::{Finding, local_addresses};

/// Longest wait for a connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tries every upstream at the addresses of this machine that others can reach.
pub(super) async fn upstreams(config: &Config) -> Vec<Finding> {
    let addresses = local_addresses::outward();
    let mut findings = Vec::new();
    for upstream in &config.upstreams {
        findings.push(of_upstream(upstream, &config.listen.address, &addresses).await);
    }
    findings
}

async fn of_upstream(upstream: &UpstreamConfig, listens: &Address, addresses: &[IpAddr]) -> Finding {
    let what = format!("reaching upstream {} without the gateway", upstream.name);
    let origin = match &upstream.url {
        UpstreamUrl::Unix(path) => {
            let only = format!("a Unix socket; only those who may enter the folder of {} reach it", path.display());
            return Finding::good(what, only);
        }
        UpstreamUrl::Web(origin) => origin,
    };
    let (host, port) = (origin.host(), origin.port());
    let here = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => address.is_loopback() || addresses.contains(&address),
        Err(_) => host == "localhost",
    };
    if !here {
        let how = format!(
            "{host} is another machine: run `curl {origin}/` on one that is not the gateway's; it must fail. If it does not, \
             block the port there for everybody but the gateway"
        );
        return Finding::untried(what, how);
    }
    let mut open = Vec::new();
    for address in addresses {
        if !is_gateway(listens, *address, port) && accepts(SocketAddr::new(*address, port)).await {
            open.push(SocketAddr::new(*address, port).to_string());
        }
    }
    match (open.is_empty(), addresses.is_empty()) {
        (false, _) => Finding::bad(
            what,
            format!("port {port} accepts connections at {}, where nobody is asked to sign in", open.join(", ")),
            format!(
                "have it listen on 127.0.0.1, or run it in a network namespace of its own. A backend that cannot (NetPilot's \
                 older builds listen on all addresses; PORT moves the port only) needs a firewall rule, which this \
                 machine cannot see from inside: `nft add rule inet filter input iifname != \"lo\" tcp dport {port} drop`, then \
                 `curl http://{}/` on another machine must fail",
                open.first().map_or("", String::as_str)
            ),
        ),
        (true, true) => Finding::good(what, "this network namespace has no address that others can reach"),
        (true, false) => {
            let tried: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            Finding::good(what, format!("port {port} is closed at {}", tried.join(", ")))
        }
    }
}

/// Whether the gateway itself listens there.
fn is_gateway(listens: &Address, address: IpAddr, port: u16) -> bool {
    let Address::Tcp(host, own) = listens else { return false };
    let host = host.trim_matches(['[', ']']);
    *own == port && host.parse().is_ok_and(|host: IpAddr| host == address || host.is_unspecified())
}

async fn accepts(address: SocketAddr) -> bool {
    matches!(tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await, Ok(Ok(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::Outcome;
    use tokio::net::TcpListener;

    /// Stands in for an address of the machine that others can reach.
    const OUTWARD: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));

    fn config(url: &str, listens: &str) -> Config {
        let environment = [("POSTERN_GOOGLE__CLIENT_SECRET", "s3cr3t-of-a-test"), ("POSTERN_LISTEN__ADDRESS", listens)];
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let folder = tempfile::tempdir().unwrap();
        let (file, master) = (folder.path().join("postern.toml"), folder.path().join("master"));
        std::fs::write(&master, "pJ6vL0o1xkW7dQ9mTt2yZ3b8uRrC4nEeHhGgKkXwB5s=").unwrap();
        let text = format!(
            "public_url = 'http://localhost:8080'\n[google]\nclient_id = 'c'\n[access]\nanyone = true\n[keys]\nmaster_file = \
             '{}'\n[[upstream]]\nname = 'app'\nurl = '{url}'\n",
            master.display()
        );
        std::fs::write(&file, text).unwrap();
        let sources = postern_config::Sources { file: Some(file), environment, overrides: Vec::new() };
        postern_config::load(&sources).unwrap().config
    }

    async fn tried(url: &str, listens: &str) -> Finding {
        let config = config(url, listens);
        of_upstream(&config.upstreams[0], &config.listen.address, &[OUTWARD]).await
    }

    #[tokio::test]
    async fn a_backend_on_every_address_is_found_and_one_on_loopback_alone_is_not() {
        let everywhere = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let port = everywhere.local_addr().unwrap().port();
        let found = tried(&format!("http://127.0.0.1:{port}"), "127.0.0.1:8080").await;
        let Outcome::Bad { problem, remedy } = found.outcome else { panic!("{found:?}") };
        assert!(problem.contains(&format!("127.0.0.2:{port}")), "{problem}");
        for word in ["127.0.0.1", "PORT", &format!("tcp dport {port} drop"), "network namespace"] {
            assert!(remedy.contains(word), "{word}: {remedy}");
        }
        let own = tried(&format!("http://127.0.0.1:{port}"), &format!("{OUTWARD}:{port}")).await;
        assert!(matches!(own.outcome, Outcome::Good(_)), "that is the gateway: {own:?}");
        drop(everywhere);
        let alone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = alone.local_addr().unwrap().port();
        let closed = tried(&format!("http://localhost:{port}"), "127.0.0.1:8080").await;
        assert_eq!(closed.outcome, Outcome::Good(format!("port {port} is closed at 127.0.0.2")));
    }

    #[tokio::test]
    async fn what_cannot_be_tried_from_here_says_how() {
        let elsewhere = tried("http://backend.example:5000", "127.0.0.1:8080").await;
        let Outcome::Untried(how) = elsewhere.outcome else { panic!("{elsewhere:?}") };
        assert!(how.contains("curl http://backend.example:5000/"), "{how}");
        let socket = tried("unix:/run/app.sock", "127.0.0.1:8080").await;
        assert!(matches!(socket.outcome, Outcome::Good(_)), "{socket:?}");
    }
}
