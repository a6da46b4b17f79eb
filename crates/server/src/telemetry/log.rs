//! The subscriber that writes log lines.

use tracing::Subscriber;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Registry, fmt};

use super::format::EscapedFields;
use super::request_scope::{Syntax, WithRequestId};
use postern_config::{LogConfig, LogFormat};

/// Libraries whose debug messages may contain secrets, such as headers and query parameters; capped at info.
const QUIET: [&str; 4] = ["hyper=info", "hyper_util=info", "tokio_postgres=info", "rustls=info"];

/// Builds a subscriber that writes lines to `writer`. The caller installs it.
pub fn subscriber<W>(config: &LogConfig, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let mut filter = EnvFilter::builder().parse_lossy(&config.level);
    for directive in QUIET.iter().filter_map(|directive| directive.parse().ok()) {
        // A level that the operator sets for the library takes precedence.
        let named = |directive: &str| config.level.contains(directive);
        let text: &tracing_subscriber::filter::Directive = &directive;
        if !named(text.to_string().split('=').next().unwrap_or_default()) {
            filter = filter.add_directive(directive);
        }
    }
    let base = Registry::default().with(filter);
    match config.format {
        LogFormat::Text => {
            let layer = fmt::layer().with_writer(writer).with_ansi(false).fmt_fields(EscapedFields);
            Box::new(base.with(layer.map_event_format(|format| WithRequestId::new(format, Syntax::Text))))
        }
        LogFormat::Json => {
            let layer = fmt::layer().with_writer(writer).json();
            let layer = layer.flatten_event(true).with_current_span(false).with_span_list(false);
            Box::new(base.with(layer.map_event_format(|format| WithRequestId::new(format, Syntax::Json))))
        }
    }
}
