//! `postern demo`: the demonstration is a program of its own, so that none of its provider is in the gateway.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use super::failure::Failure;

/// Becomes `postern-demo`, which lies beside this program or on the path.
pub(super) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let beside = std::env::current_exe().ok().map(|path| path.with_file_name("postern-demo"));
    let program = beside.filter(|path| path.exists()).unwrap_or_else(|| PathBuf::from("postern-demo"));
    let error = Command::new(&program).args(arguments).exec();
    Err(Failure::Failed(format!(
        "the demonstration cannot be started ({}: {error}); build it with `cargo build -p postern-demo`, or run \
         `make demo` in a checkout",
        program.display()
    )))
}
