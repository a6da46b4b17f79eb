//! `postern check`.

use super::failure::Failure;
use super::output::Output;
use super::settings::Settings;

/// Validates, and prints what the gateway would do.
pub(super) fn run(settings: &Settings, output: &mut Output<'_>, _offline: bool) -> Result<(), Failure> {
    let loaded = settings.load()?;
    for warning in &loaded.warnings {
        writeln!(output.to, "warning: {warning}")?;
    }
    Ok(())
}
