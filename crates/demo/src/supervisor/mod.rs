//! `make demo`: starts provider, backend and gateway, says what to do, and stops them all together.

mod banner;
mod config;
mod gateway;
mod ports;
mod ready;
mod state;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::backend;
use crate::net::Server;
use crate::provider::{Provider, RunningProvider};
use crate::system::{SystemClock, SystemEntropy};

pub use ports::Ports;

use gateway::Gateway;
use state::State;

/// How the demonstration is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Ports, all on 127.0.0.1.
    pub ports: Ports,
    /// Where users, sessions and the master key are kept; `None`: in a temporary directory, until the end.
    pub state: Option<PathBuf>,
    /// The gateway's binary; `None`: the one beside our own.
    pub postern: Option<PathBuf>,
}

/// Runs the demonstration until Ctrl-C or SIGTERM. An error says what did not work; by then everything has stopped.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let mut stop = Stop::new()?;
    let ports = options.ports;
    let binary = gateway::binary(options.postern)?;
    // Taking the ports first: nothing is half started when one of them is in use.
    let provider_port = ports::take(ports.provider, "identity provider", "--provider-port").await?;
    let backend_port = ports::take(ports.backend, "sample backend", "--backend-port").await?;
    ports::probe(ports.gateway, "gateway", "--port").await?;
    ports::probe(ports.management, "gateway's management listener", "--management-port").await?;
    let state = State::open(options.state, &SystemEntropy::default())?;
    let configuration = state.write("demo.toml", &config::render(ports))?;
    say("Starting the identity provider, the sample backend and the gateway …")?;
    let _backend = start_backend(backend_port, ports)?;
    let _provider = start_provider(provider_port, ports)?;
    let mut gateway = Gateway::start(&binary, &configuration, &state)?;
    let outcome = supervise(&mut gateway, &mut stop, ports, &state).await;
    gateway.stop().await;
    say(&match (&outcome, state.is_temporary()) {
        (Ok(()), true) => "\nEverything has stopped; the temporary state is gone.".to_owned(),
        (Ok(()), false) => format!("\nEverything has stopped. The state is in {}.", state.directory().display()),
        (Err(_), _) => "\nEverything has stopped.".to_owned(),
    })?;
    outcome
}

async fn supervise(gateway: &mut Gateway, stop: &mut Stop, ports: Ports, state: &State) -> anyhow::Result<()> {
    tokio::select! {
        ready = ready::wait(ports.management) => ready?,
        status = gateway.ended() => return Err(died(status?)),
        () = stop.asked() => return Ok(()),
    }
    let program = std::env::current_exe().context("the path of postern-demo is unknown")?;
    say(&banner::text(ports, state, &program))?;
    tokio::select! {
        status = gateway.ended() => Err(died(status?)),
        () = stop.asked() => Ok(()),
    }
}

fn died(status: ExitStatus) -> anyhow::Error {
    anyhow::anyhow!("the gateway ended by itself ({status}); its last lines above say why")
}

fn start_backend(listener: TcpListener, ports: Ports) -> anyhow::Result<Server> {
    let settings = backend::Settings { gateway: ports.public_url(), audience: config::AUDIENCE.to_owned() };
    backend::start_on(listener, settings, Arc::new(SystemClock)).context("the sample backend does not start")
}

fn start_provider(listener: TcpListener, ports: Ports) -> anyhow::Result<RunningProvider> {
    let builder = Provider::builder().issuer(&ports.issuer());
    builder.start_on(listener).context("the identity provider does not start")
}

/// Writes to standard output, where people read; logs go to standard error.
fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        bail!("standard output is closed");
    }
    Ok(())
}

/// The wish to stop, however it is expressed.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
    // A terminal that closes: the gateway takes that for the wish to read its configuration again.
    hangup: Signal,
}

impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => (),
            _ = self.terminate.recv() => (),
            _ = self.hangup.recv() => (),
        }
    }
}
