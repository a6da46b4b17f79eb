//! Adds the identifier of the current request to every log line that is written while it is handled.

use std::fmt;

use postern_model::web::RequestId;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The name of the field.
const FIELD: &str = "request.id";

/// Formats events with the inner format, and appends `request.id`.
pub(super) struct WithRequestId<F> {
    inner: F,
    syntax: Syntax,
}

/// The syntax of log lines.
#[derive(Clone, Copy, Debug)]
pub(super) enum Syntax {
    /// `name=value` fields.
    Text,
    /// One JSON object.
    Json,
}

impl<F> WithRequestId<F> {
    pub(super) fn new(inner: F, syntax: Syntax) -> Self {
        Self { inner, syntax }
    }
}

impl<S, N, F> FormatEvent<S, N> for WithRequestId<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let missing = event.metadata().fields().field(FIELD).is_none();
        let Some(id) = RequestId::current().filter(|_| missing) else {
            return self.inner.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.inner.format_event(context, Writer::new(&mut line), event)?;
        let line = line.trim_end_matches('\n');
        match (self.syntax, line.strip_suffix('}')) {
            (Syntax::Json, Some(object)) => writeln!(writer, "{object},\"{FIELD}\":\"{id}\"}}"),
            _ => writeln!(writer, "{line} {FIELD}={id}"),
        }
    }
}
