//! The command line.
//!
//! Exit codes: 0 success · 1 failure · 2 usage error · 3 invalid configuration · 4 store unavailable or not ready ·
//! 5 provider unavailable · 6 listen address unavailable.

mod args;
mod check;
mod completions;
mod confirm;
mod context;
mod demo;
mod devices;
mod doctor;
mod error;
mod explain;
mod factors;
mod groups;
mod hypothetical_session;
mod import;
mod keys;
mod locks;
mod mail;
mod migrate;
mod operator;
mod output;
mod reachability;
mod relink;
mod report;
mod serve;
mod sessions;
mod settings;
mod summary;
mod ticket;
mod users;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;

use clap::Parser;

use args::{Cli, Command, ImportCommand, KeysCommand, MailCommand};
use context::{Context, block_on};
pub use error::CommandError;
use output::Output;
use settings::Settings;

/// The process that the command line runs in.
pub struct Process<'a> {
    /// Arguments, the program's name first.
    pub arguments: Vec<OsString>,
    /// Environment.
    pub environment: BTreeMap<String, String>,
    /// Destination of results.
    pub out: &'a mut dyn Write,
    /// Destination of messages for people.
    pub err: &'a mut dyn Write,
}

/// Runs a command; gives the exit code.
pub fn run(process: Process<'_>) -> u8 {
    let Process { arguments, environment, out, err } = process;
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(message) => {
            // Requested output (help, version) goes to stdout.
            let to: &mut dyn Write = if message.use_stderr() { err } else { out };
            let _ = write!(to, "{}", message.render());
            return u8::try_from(message.exit_code()).unwrap_or(2);
        }
    };
    let mut output = Output { to: out, json: cli.json };
    let settings = Settings { arguments: cli.configuration, environment };
    match dispatch(cli.command, &settings, &mut output, err) {
        Ok(()) => 0,
        Err(failure) => {
            if let (true, CommandError::Configuration(problems)) = (output.json, &failure) {
                let _ = output.show(&error::problems(problems), |_| Ok(()));
            }
            let _ = writeln!(err, "postern: {failure}");
            failure.code()
        }
    }
}

fn dispatch(
    command: Command,
    settings: &Settings,
    output: &mut Output<'_>,
    err: &mut dyn Write,
) -> Result<(), CommandError> {
    match command {
        Command::Serve => serve::run(settings),
        Command::Check { offline, explain: None, .. } => check::run(settings, output, offline),
        Command::Check { explain: Some(request), user, from, .. } => {
            explain::run(settings, output, &explain::Explained { request: &request, user: user.as_deref(), from })
        }
        Command::Doctor { url } => doctor::run(settings, output, url.as_ref()),
        Command::Migrate => migrate::run(settings, output),
        Command::Users { command } => {
            block_on(async { users::run(&Context::open(settings).await?, command, output).await })
        }
        Command::Sessions { command } => {
            block_on(async { sessions::run(&Context::open(settings).await?, command, output).await })
        }
        Command::Import { command: ImportCommand::Netpilot } => {
            block_on(async { import::netpilot(&Context::open(settings).await?, output).await })
        }
        Command::Keys { command: KeysCommand::Generate { out } } => keys::generate(out.as_deref(), output, err),
        Command::Keys { command: KeysCommand::Status { knows } } => {
            block_on(async { keys::status(&Context::open(settings).await?, knows.as_deref(), output).await })
        }
        Command::Keys { command: KeysCommand::Rotate { now, revoke } } => {
            block_on(async { keys::rotate(&Context::open(settings).await?, now.then_some(revoke), output).await })
        }
        Command::Keys { command: KeysCommand::Reseal } => {
            block_on(async { keys::reseal(&Context::open(settings).await?, output).await })
        }
        Command::Mail { command: MailCommand::Test { address } } => mail::test(settings, &address, output),
        Command::Completions { shell } => completions::print(shell, output),
        Command::Demo { arguments } => demo::run(&arguments),
    }
}
