//! `postern-bench-allocations`: allocations of a request. Runs the gateway of `postern serve` inside this process,
//! under a counting allocator, and sends it one request over and over on one kept connection, from a client that
//! allocates nothing. Everything from socket to socket is counted: runtime, HTTP and gateway.

mod check;
mod client;
mod listen;
mod proxy;
mod sessions;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use stats_alloc::{INSTRUMENTED_SYSTEM, Stats, StatsAlloc};

use crate::client::Client;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

#[derive(Parser)]
#[command(about = "Counts allocations per request, of the gateway or of a bare server")]
struct Arguments {
    /// Where it listens, on 127.0.0.1.
    #[arg(long)]
    port: u16,
    /// A file with the bytes of the request. The response must be a 200.
    #[arg(long)]
    request: PathBuf,
    /// How many times to send it while counting.
    #[arg(long, default_value_t = 20_000)]
    requests: u32,
    /// A bare server in place of the gateway, with these sessions.
    #[arg(long, requires = "headers", requires = "tokens")]
    bare: Option<Bare>,
    #[arg(long)]
    headers: Option<PathBuf>,
    #[arg(long)]
    tokens: Option<PathBuf>,
    /// Where the bare proxy forwards to.
    #[arg(long, default_value_t = 0)]
    upstream: u16,
    /// The gateway's arguments: `-- serve --config FILE`.
    #[arg(last = true)]
    gateway: Vec<OsString>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Bare {
    Check,
    Proxy,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let request = std::fs::read(&arguments.request)?;
    let (port, requests) = (arguments.port, arguments.requests);
    std::thread::spawn(move || serve(arguments));
    let mut client = Client::connect(port)?;
    for _ in 0..1000 {
        client.send(&request)?;
        client.receive()?;
    }
    let before = INSTRUMENTED_SYSTEM.stats();
    for _ in 0..requests {
        client.send(&request)?;
        client.receive()?;
    }
    let counted = INSTRUMENTED_SYSTEM.stats() - before;
    writeln!(std::io::stdout(), "{}", report(&counted, requests))?;
    Ok(())
}

/// Runs the measured server until the process ends.
fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { port, bare, headers, tokens, upstream, gateway, .. } = arguments;
    let Some((bare, headers, tokens)) =
        bare.zip(headers).zip(tokens).map(|((bare, headers), tokens)| (bare, headers, tokens))
    else {
        let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
        postern::cli::run(postern::cli::Process {
            arguments: [OsString::from("postern")].into_iter().chain(gateway).collect(),
            environment: Default::default(),
            out: &mut out,
            err: &mut err,
        });
        return Ok(());
    };
    let sessions = sessions::Sessions::read(&headers, &tokens, usize::MAX)?;
    match bare {
        Bare::Check => listen::run(port, 1, check::Check::new(sessions)),
        Bare::Proxy => listen::run(port, 1, proxy::Proxy::new(sessions, upstream)),
    }
}

fn report(counted: &Stats, requests: u32) -> serde_json::Value {
    let each = |count: usize| count as f64 / f64::from(requests);
    serde_json::json!({
        "allocations": each(counted.allocations),
        "reallocations": each(counted.reallocations),
        "bytes": each(counted.bytes_allocated),
    })
}
