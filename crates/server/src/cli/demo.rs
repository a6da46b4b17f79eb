//! `postern demo` replaces itself with `postern-demo`, a separate program, so that the gateway contains no demo code.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use super::error::CommandError;

/// Executes `postern-demo` from the folder of this program, else from PATH.
pub(super) fn run(arguments: &[OsString]) -> Result<(), CommandError> {
    let beside = std::env::current_exe().ok().map(|path| path.with_file_name("postern-demo"));
    let program = beside.filter(|path| path.exists()).unwrap_or_else(|| PathBuf::from("postern-demo"));
    let error = Command::new(&program).args(arguments).exec();
    Err(CommandError::Failed(format!(
        "cannot start the demo ({}: {error}); build it with `cargo build -p postern-demo`, or run \
         `make demo` in a checkout",
        program.display()
    )))
}
