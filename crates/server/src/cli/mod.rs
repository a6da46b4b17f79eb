//! The command line.
//!
//! Exit codes: 0 done · 1 it did not work · 2 wrong usage · 3 the configuration has problems · 4 the store is
//! unavailable or not ready · 5 the provider is unavailable · 6 an address cannot be listened on.

mod args;
mod check;
mod completions;
mod core;
mod demo;
mod explain;
mod failure;
mod import;
mod keys;
mod migrate;
mod output;
mod plan;
mod serve;
mod sessions;
mod settings;
mod stand_in;
mod users;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;

use clap::Parser;

use args::{Cli, Command, ImportCommand, KeysCommand};
use core::{Core, block_on};
pub use failure::Failure;
use output::Output;
use settings::Settings;

/// What the command line sees of the process it runs in.
pub struct Process<'a> {
    /// Arguments, the program's name first.
    pub arguments: Vec<OsString>,
    /// Environment.
    pub environment: BTreeMap<String, String>,
    /// Where results go.
    pub out: &'a mut dyn Write,
    /// Where messages for people go.
    pub err: &'a mut dyn Write,
}

/// Runs a command; gives the exit code.
pub fn run(process: Process<'_>) -> u8 {
    let Process { arguments, environment, out, err } = process;
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version are asked for and go to stdout.
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
) -> Result<(), Failure> {
    match command {
        Command::Serve => serve::run(settings),
        Command::Check { offline, explain: None, .. } => check::run(settings, output, offline),
        Command::Check { explain: Some(request), user, from, .. } => {
            explain::run(settings, output, &explain::Wanted { request: &request, user: user.as_deref(), from })
        }
        Command::Migrate => migrate::run(settings, output),
        Command::Users { command } => {
            block_on(async { users::run(&Core::open(settings).await?, command, output).await })
        }
        Command::Sessions { command } => {
            block_on(async { sessions::run(&Core::open(settings).await?, command, output).await })
        }
        Command::Import { command: ImportCommand::Netpilot } => {
            block_on(async { import::netpilot(&Core::open(settings).await?, output).await })
        }
        Command::Keys { command: KeysCommand::Generate { out } } => keys::generate(out.as_deref(), output, err),
        Command::Keys { command: KeysCommand::Status } => {
            block_on(async { keys::status(&Core::open(settings).await?, output).await })
        }
        Command::Keys { command: KeysCommand::Rotate { now, revoke } } => {
            block_on(async { keys::rotate(&Core::open(settings).await?, now.then_some(revoke), output).await })
        }
        Command::Keys { command: KeysCommand::Reseal } => {
            block_on(async { keys::reseal(&Core::open(settings).await?, output).await })
        }
        Command::Completions { shell } => completions::print(shell, output),
        Command::Demo { arguments } => demo::run(&arguments),
    }
}
