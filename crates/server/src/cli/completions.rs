//! `postern completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::error::CommandError;
use super::output::Output;

pub(super) fn print(shell: Shell, output: &mut Output<'_>) -> Result<(), CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "postern", &mut script);
    Ok(output.to.write_all(&script)?)
}
