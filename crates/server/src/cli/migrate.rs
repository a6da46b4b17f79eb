//! `postern migrate`.

use std::sync::Arc;

use serde_json::json;

use super::context::block_on;
use super::error::CommandError;
use super::output::Output;
use super::settings::Settings;
use crate::storage::Storage;
use crate::system::SystemEntropy;

/// Brings the schema up to date and prints the applied migrations.
pub(super) fn run(settings: &Settings, output: &mut Output<'_>) -> Result<(), CommandError> {
    let config = settings.load()?.config;
    let (name, applied) = block_on(async {
        let storage = Storage::open(&config, Arc::new(SystemEntropy::default()))?;
        Ok((storage.name(), storage.migrate().await?))
    })?;
    Ok(output.show(&json!({ "store": name, "applied": applied }), |to| {
        if applied.is_empty() {
            return writeln!(to, "{name}: the schema is up to date");
        }
        applied.iter().try_for_each(|migration| writeln!(to, "{name}: applied {migration}"))
    })?)
}
