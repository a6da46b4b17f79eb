//! `postern-bench`: what the gateway is measured against. Bare hyper servers that do the least a check or a proxy can do in
//! this language (no routes, no decision, no request checks, no log), and the upstream behind everything that is measured.
//! `bench/run` starts them.

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

/// The allocator of the gateway, so that a comparison compares no allocators.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(about = "Bare servers to measure against, on 127.0.0.1")]
struct Arguments {
    /// Threads that serve.
    #[arg(long, default_value_t = 1)]
    workers: usize,
    #[command(subcommand)]
    server: Server,
}

#[derive(Subcommand)]
enum Server {
    /// Finds the session of the cookie and answers 200 with its headers.
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
    /// Answers `/bytes/N` with N bytes, everything else with 1 KiB; reads and counts what it is sent (`/received`).
    Upstream { port: u16 },
    /// No server: asks one at PORT once with every token of a file; the request of another file has an `@` for it.
    Visit { port: u16, request: PathBuf, tokens: PathBuf },
    /// No server: sends the request of a file over a new TLS connection each time, to `localhost:PORT`, whose certificate is given.
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
    /// The headers of an answer, as a JSON list of pairs: captured from the gateway a moment before.
    headers: PathBuf,
    /// Session tokens, one in a line.
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
