//! `[log]`: level, format, and retention of attempts and audit events.

use std::time::Duration;

use tracing_subscriber::filter::{EnvFilter, ParseError};

use crate::table::{Complaint, Table};

/// Format of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Logs.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// A valid tracing filter.
    pub level: String,
    /// Format of log lines.
    pub format: LogFormat,
    /// How long audit events and attempts are kept in the store.
    pub retention: Duration,
}

pub(crate) fn read(table: &mut Table<'_>) -> LogConfig {
    let format = table.make("format", |text| match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        other => Err((format!("{other:?} is no log format"), "write \"text\" or \"json\"")),
    });
    LogConfig {
        level: table.make("level", level).unwrap_or_else(|| "info".to_owned()),
        format: format.unwrap_or_default(),
        retention: table.duration("retention", Duration::from_secs(90 * 24 * 3600)),
    }
}

fn level(text: &str) -> Result<String, Complaint> {
    let remedy = "write error, warn, info, debug or trace, or a filter such as \"info,postern_store=debug\"";
    // A lone word is a level: as a target it would silence everything else.
    let misspelled = text.bytes().all(|b| b.is_ascii_alphanumeric())
        && !["error", "warn", "info", "debug", "trace", "off"].contains(&text.to_ascii_lowercase().as_str());
    let read: Result<EnvFilter, ParseError> = EnvFilter::builder().parse(text);
    // Without any directive, nothing at all is logged.
    let nothing = text.chars().all(|character| character == ',' || character.is_whitespace());
    if misspelled || nothing || read.is_err() {
        Err((format!("{text:?} is no log filter"), remedy))
    } else {
        Ok(text.to_owned())
    }
}
