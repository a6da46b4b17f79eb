//! `postern`: see `postern --help`.

use std::io;
use std::process::ExitCode;

use postern::cli::{Process, run};

/// An allocator made for many small allocations on many threads, the pattern of a proxy.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    let (mut out, mut err) = (io::stdout(), io::stderr());
    ExitCode::from(run(Process {
        arguments: std::env::args_os().collect(),
        environment: std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect(),
        out: &mut out,
        err: &mut err,
    }))
}
