//! Rebuilds when a migration is added: the macro that embeds them only sees the files that it already knows.

use std::io::Write;

fn main() -> std::io::Result<()> {
    writeln!(std::io::stdout(), "cargo::rerun-if-changed=../../migrations")
}
