//! What the gateway says of itself: log lines and metrics. Both are allow-lists: no header, cookie, query string, body
//! or secret is ever in them.

mod counts;
mod events;
mod format;
mod log;
mod metrics;
mod request;
mod request_scope;

pub use events::{EventCounts, ProviderCounts};
pub use log::subscriber;
pub use metrics::{Metrics, ReloadResult};
pub use request::{RequestLog, RequestOutcome};
