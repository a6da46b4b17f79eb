//! Several gateways on one address, and what becomes of connections when one stops.

use std::time::Duration;

use postern_config::Address;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::raw::{connect, get, rest, status, tcp};
use super::running::{Running, config, start_config};

const KEYS: &[u8] = b"GET /postern/jwks.json HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n";

/// A gateway beside another at this address.
async fn beside(address: &Address, lines: &str) -> Result<Running, String> {
    let state = TempDir::new().unwrap();
    let mut config = config(&state, lines, "");
    config.listen.address = address.clone();
    let gateway = start_config(config).await.map_err(|error| error.to_string())?;
    Ok(Running { gateway, state })
}

/// Asks on each of these connections, and gets an answer.
async fn all_served(mut open: Vec<TcpStream>) {
    for stream in &mut open {
        stream.write_all(KEYS).await.unwrap();
    }
    for mut stream in open {
        assert_eq!(status(&rest(&mut stream).await), 200);
    }
}

fn connections(running: &Running) -> i64 {
    running.gateway.metrics().connections.get()
}

#[tokio::test]
async fn two_gateways_share_an_address_and_one_stops_without_a_connection_refused() {
    let first = Running::start("listen.reuse_port = true", "").await;
    let address = first.address().clone();
    let second = beside(&address, "listen.reuse_port = true").await.unwrap();
    assert_eq!(second.address(), &address);

    // Both get connections.
    let mut open: Vec<TcpStream> = Vec::new();
    let both = async {
        while connections(&first) == 0 || connections(&second) == 0 {
            open.push(tcp(&address).await);
        }
    };
    tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();

    // Connected, and not one byte sent, when the first of them stops: some of these are the first's.
    for _ in 0..40 {
        open.push(tcp(&address).await);
    }
    let stopping = tokio::spawn(first.gateway.stop());
    all_served(open).await;
    while !stopping.is_finished() {
        assert_eq!(status(&get(&address, "/postern/jwks.json").await), 200);
    }
    stopping.await.unwrap();
    for _ in 0..20 {
        assert_eq!(status(&get(&address, "/postern/jwks.json").await), 200);
    }
}

/// How many sockets listen on this port of 127.0.0.1 (proc(5): the address in hexadecimal, and state 0A).
fn listening(address: &Address) -> usize {
    let Address::Tcp(_, port) = address else { panic!("no TCP address") };
    let (local, sockets) = (format!("0100007F:{port:04X}"), std::fs::read_to_string("/proc/net/tcp").unwrap());
    let fields = sockets.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    fields.filter(|fields| fields.get(1) == Some(&local.as_str()) && fields.get(3) == Some(&"0A")).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn each_thread_accepts_from_a_socket_of_its_own() {
    let running = Running::start("listen.reuse_port = true", "").await;
    let address = running.address().clone();
    assert_eq!(listening(&address), 3);
    let mut open = Vec::new();
    for _ in 0..30 {
        open.push(tcp(&address).await);
    }
    all_served(open).await;
    running.gateway.stop().await;
    assert_eq!(listening(&address), 0);
    let alone = Running::start("", "").await;
    assert_eq!(listening(alone.address()), 1);
}

#[tokio::test]
async fn connections_that_wait_to_be_accepted_are_served_when_the_gateway_stops() {
    let running = Running::start("", "[listen]\nmax_connections = 1").await;
    let address = running.address().clone();
    let mut first = tcp(&address).await;
    first.write_all(b"GET /postern/jwks.json HTTP/1.1\r\nHost: localhost:8080\r\n").await.unwrap();
    let taken = async {
        while connections(&running) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), taken).await.unwrap();
    let mut waiting = Vec::new();
    for _ in 0..5 {
        waiting.push(tcp(&address).await);
    }
    let stopping = tokio::spawn(running.gateway.stop());
    all_served(waiting).await;
    first.write_all(b"\r\n").await.unwrap();
    assert_eq!(status(&rest(&mut first).await), 200);
    stopping.await.unwrap();
    let Address::Tcp(host, port) = &address else { panic!("no TCP address") };
    assert!(TcpStream::connect((host.as_str(), *port)).await.is_err(), "and then nobody listens");
}

#[tokio::test]
async fn an_address_is_shared_only_by_those_who_ask_for_it() {
    let alone = Running::start("", "").await;
    let refused = beside(alone.address(), "listen.reuse_port = true").await.err().unwrap();
    assert!(refused.contains(&format!("cannot listen on {}", alone.address())), "{refused}");
    let shared = Running::start("listen.reuse_port = true", "").await;
    assert!(beside(shared.address(), "").await.is_err());
    // The management endpoints are those of one process.
    let state = TempDir::new().unwrap();
    let mut config = config(&state, "listen.reuse_port = true", "");
    config.listen.management = Some(shared.management().clone());
    let refused = start_config(config).await.err().unwrap().to_string();
    assert!(refused.contains(&format!("cannot listen on {}", shared.management())), "{refused}");
}

#[tokio::test]
async fn a_client_that_asks_nothing_does_not_hold_up_the_end() {
    let running = Running::start("", "").await;
    let mut silent = connect(running.address()).await;
    let taken = async {
        while connections(&running) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), taken).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), running.gateway.stop()).await.unwrap();
    assert_eq!(rest(&mut silent).await, "");
}
