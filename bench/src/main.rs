//! `postern-bench`: bare hyper servers to compare the gateway with (no routes, no decision, no validation, no log), the
//! upstream behind everything that is measured, and clients. `bench/run` starts them.

mod check;
mod client;
mod handshakes;
mod listen;
mod proxy;
mod sessions;
mod upstream;
mod visit;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::sessions::Sessions;

/// The gateway's allocator, so that allocators are not compared.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(about = "Bare servers to measure against, on 127.0.0.1")]
struct Arguments {
    /// Threads that serve requests.
    #[arg(long, default_value_t = 1)]
    workers: usize,
    #[command(subcommand)]
    server: Server,
}

#[derive(Subcommand)]
enum Server {
    /// Finds the session of the cookie and responds 200 with its headers.
    Check {
        port: u16,
        #[command(flatten)]
        sessions: SessionFiles,
    },
    /// The same, and forwards the request to an upstream with those headers.
    Proxy {
        port: u16,
        upstream: u16,
        #[command(flatten)]
        sessions: SessionFiles,
    },
    /// Sends N bytes for `/bytes/N`, else 1 KiB; reads request bodies and counts their bytes (`/received`).
    Upstream { port: u16 },
    /// A client: sends the request of a file to PORT once with every token of another, in place of its `@`.
    Visit { port: u16, request: PathBuf, tokens: PathBuf },
    /// A client: sends the request of a file to `localhost:PORT` over a new TLS connection each time.
    Handshakes {
        port: u16,
        request: PathBuf,
        certificate: PathBuf,
        #[arg(long, default_value_t = 3)]
        seconds: u64,
    },
}

#[derive(clap::Args)]
struct SessionFiles {
    /// Identity headers as a JSON list of pairs, captured from the gateway.
    headers: PathBuf,
    /// Session tokens, one a line.
    tokens: PathBuf,
    /// How many of them to hold.
    #[arg(long)]
    limit: Option<usize>,
}

fn main() -> anyhow::Result<()> {
    let Arguments { workers, server } = Arguments::parse();
    let load = |files: SessionFiles| Sessions::read(&files.headers, &files.tokens, files.limit.unwrap_or(usize::MAX));
    match server {
        Server::Check { port, sessions } => listen::run(port, workers, check::Check::new(load(sessions)?)),
        Server::Proxy { port, upstream, sessions } => {
            listen::run(port, workers, proxy::Proxy::new(load(sessions)?, upstream))
        }
        Server::Upstream { port } => listen::run(port, workers, upstream::Upstream::default()),
        Server::Visit { port, request, tokens } => visit::run(port, &request, &tokens),
        Server::Handshakes { port, request, certificate, seconds } => {
            handshakes::run(port, &request, &certificate, Duration::from_secs(seconds))
        }
    }
}
