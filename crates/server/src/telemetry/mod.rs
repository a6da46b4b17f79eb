//! Log lines and metrics. Both contain only selected fields: never a header, cookie, query string, body or secret.

mod counts;
mod events;
mod format;
mod log;
mod metrics;
mod refusals;
mod request;
mod request_scope;

pub use events::{EventCounts, MailCounts, ProviderCounts};
pub use log::subscriber;
pub use metrics::{Metrics, ReloadResult};
pub use refusals::report_refusals;
pub use request::{RequestLog, RequestOutcome};
