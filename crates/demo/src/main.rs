//! `postern-demo`: the demonstration of Postern on this machine.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use postern_demo::supervisor::{self, Options, Ports};
use postern_demo::{authenticator, system::SystemClock};
use postern_model::clock::Clock;
use tracing_subscriber::EnvFilter;

/// Starts Postern with a stand-in identity provider and a sample backend, all on 127.0.0.1.
#[derive(Parser)]
#[command(name = "postern-demo", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the current code of a manual key or an otpauth:// address.
    Code {
        /// The key as the set-up page shows it; spaces do not matter.
        #[arg(required = true, num_args = 1..)]
        key: Vec<String>,
    },
}

#[derive(Args)]
struct Run {
    /// Keep users, sessions and the master key in this directory.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Port of the gateway.
    #[arg(long, default_value_t = Ports::default().gateway)]
    port: u16,
    /// Port of the stand-in identity provider.
    #[arg(long, default_value_t = Ports::default().provider)]
    provider_port: u16,
    /// Port of the sample backend.
    #[arg(long, default_value_t = Ports::default().backend)]
    backend_port: u16,
    /// Port of the gateway's health and metrics.
    #[arg(long, default_value_t = Ports::default().management)]
    management_port: u16,
    /// The gateway's binary, if it is not beside this one.
    #[arg(long, value_name = "PATH")]
    postern: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Some(Command::Code { key }) => print_code(&key.concat()),
        None => {
            log();
            supervisor::run(cli.run.into()).await
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if standard error is closed too.
            let _ = writeln!(io::stderr(), "postern-demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_code(key: &str) -> anyhow::Result<()> {
    let code = authenticator::code(key, SystemClock.now())?;
    writeln!(io::stdout(), "{}   (for {} more seconds)", code.digits, code.seconds_left)?;
    Ok(())
}

fn log() {
    let filter = EnvFilter::new("warn,postern_demo=info");
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    subscriber.with_target(false).with_ansi(io::stderr().is_terminal()).init();
}

impl From<Run> for Options {
    fn from(run: Run) -> Self {
        let ports = Ports {
            gateway: run.port,
            provider: run.provider_port,
            backend: run.backend_port,
            management: run.management_port,
        };
        Self { ports, state: run.state, postern: run.postern }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
        assert!(Cli::try_parse_from(["postern-demo", "code"]).is_err());
        assert!(Cli::try_parse_from(["postern-demo", "--port", "80", "code", "X"]).is_err());
        assert_eq!(Options::from(Cli::parse_from(["postern-demo"]).run).ports, Ports::default());
    }
}
